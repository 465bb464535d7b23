import { Badge, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { type Column, DataTable } from './DataTable'
import { Obstacle } from './Obstacle'

type Candidate = Schemas['CandidateView']

/** The candidates of a call in the order in which they are tried, with why the others cannot be used. */
export function CandidateTable({ candidates }: { candidates: Candidate[] }) {
  const { t } = useTranslation()
  const columns = useColumns()
  return (
    <DataTable
      label={t('candidates.title')}
      columns={columns}
      rows={candidates}
      rowId={(candidate) => `${candidate.provider_token_id}-${candidate.model ?? ''}`}
      isMuted={(candidate) => candidate.place == null}
    />
  )
}

function useColumns(): Column<Candidate>[] {
  const { t } = useTranslation()
  const format = useFormat()
  const percent = (value: number) => format.percent(value / 100)
  return [
    { id: 'place', header: t('candidates.place'), cell: ({ place }) => place ?? '—' },
    {
      id: 'provider',
      header: t('candidates.provider'),
      role: 'title',
      cell: (candidate) => <Who of={candidate} />,
    },
    { id: 'tier', header: t('candidates.priority'), align: 'right', cell: ({ priority }) => priority },
    {
      id: 'weight',
      header: t('candidates.weight'),
      align: 'right',
      isMinor: true,
      cell: ({ weight }) => weight,
    },
    { id: 'share', header: t('candidates.share'), align: 'right', cell: ({ share }) => percent(share) },
    {
      id: 'cost',
      header: t('candidates.cost'),
      align: 'right',
      cell: ({ cost_micros: cost }) => (typeof cost === 'number' ? format.money(cost) : '—'),
    },
    {
      id: 'first',
      header: t('candidates.firstToken'),
      align: 'right',
      isMinor: true,
      cell: ({ first_token_ms: first }) => (typeof first === 'number' ? format.duration(first) : '—'),
    },
    {
      id: 'health',
      header: t('candidates.health'),
      align: 'right',
      cell: ({ health }) => `× ${format.decimal(health)}`,
    },
  ]
}

function Who({ of: candidate }: { of: Candidate }) {
  const { t } = useTranslation()
  const { obstacle } = candidate
  return (
    <div>
      <Text size="sm" fw={550}>
        {candidate.provider ?? t('candidates.gone')}
        {candidate.model != null && (
          <Text span c="dimmed" size="sm">
            {' '}
            · {candidate.model}
          </Text>
        )}
      </Text>
      {candidate.converts && <Badge color="gray">{t('candidates.converts')}</Badge>}
      {obstacle && <Obstacle of={obstacle} />}
    </div>
  )
}
