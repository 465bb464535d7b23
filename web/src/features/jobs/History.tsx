import { Drawer, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { ErrorState } from '@/components/States'
import { sentence } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { jobRuns, type Run } from './queries'
import { useJobName } from './names'
import { RunStatus } from './RunStatus'

interface Props {
  /** The job; `undefined` keeps it closed. */
  name: string | undefined
  onClose: () => void
}

/** The last runs of a job. */
export function History({ name, onClose }: Props) {
  const { t } = useTranslation()
  const nameOf = useJobName()
  return (
    <Drawer
      opened={name !== undefined}
      onClose={onClose}
      size="xl"
      title={name === undefined ? '' : t('jobs.historyOf', { name: nameOf(name) })}
    >
      {name !== undefined && <Runs name={name} />}
    </Drawer>
  )
}

function Runs({ name }: { name: string }) {
  const { t } = useTranslation()
  const nameOf = useJobName()
  const runs = useQuery(jobRuns(name))
  const columns = useColumns()
  if (runs.isError) return <ErrorState error={runs.error} onRetry={() => void runs.refetch()} />
  if (runs.data?.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('jobs.noRuns')}
      </Text>
    )
  }
  return (
    <DataTable
      label={t('jobs.historyOf', { name: nameOf(name) })}
      columns={columns}
      rows={runs.data}
      rowId={(run) => run.id}
    />
  )
}

function useColumns(): Column<Run>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { id: 'began', header: t('jobs.began'), role: 'title', cell: (run) => format.dateTime(run.began_time) },
    { id: 'status', header: t('jobs.status'), cell: (run) => <RunStatus of={run.status} /> },
    {
      id: 'trigger',
      header: t('jobs.trigger'),
      cell: (run) => (run.trigger === 'manual' ? t('jobs.manual') : t('jobs.bySchedule')),
    },
    {
      id: 'duration',
      header: t('jobs.duration'),
      align: 'right',
      cell: (run) => format.duration(run.duration_ms),
    },
    {
      id: 'message',
      header: t('jobs.outcome'),
      cell: (run) => (run.message === '' ? '—' : sentence(run.message)),
    },
  ]
}
