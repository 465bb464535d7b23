import { Grid, SegmentedControl, Skeleton, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Chart } from '@/components/chart/Chart'
import { LinkAnchor } from '@/components/Links'
import { RankList } from '@/components/RankList'
import { Section } from '@/components/Section'
import { amountOf, type Measure, type Report, rowsOf, stepsOf, writeOf } from '@/components/usage/measures'
import { useFormat } from '@/lib/format'
import type { Sight } from './queries'
import { PARTS, type Part } from './search'

interface Props {
  of: Report | undefined
  sight: Sight
  by: Part
  measure: Measure
  onBy: (by: Part) => void
}

/** The whole in parts: over time, and one beside the other. */
export function Parts({ of: report, sight, by, measure, onBy }: Props) {
  const { t } = useTranslation()
  const kinds = sight === 'all' ? PARTS : PARTS.slice(0, 2)
  const choice = (
    <SegmentedControl
      size="xs"
      aria-label={t('dashboard.splitBy')}
      value={by}
      data={kinds.map((value) => ({ value, label: t(`dashboard.parts.${value}`) }))}
      onChange={onBy}
    />
  )
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Section title={t('dashboard.overTime')} actions={choice}>
          <OverTime of={report} measure={measure} />
        </Section>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Section title={t(`dashboard.most.${by}`)}>
          {report ? (
            <Ranks of={report} sight={sight} by={by} measure={measure} />
          ) : (
            <Skeleton height="16rem" />
          )}
        </Section>
      </Grid.Col>
    </Grid>
  )
}

function OverTime({ of: report, measure }: { of: Report | undefined; measure: Measure }) {
  const { t } = useTranslation()
  const format = useFormat()
  const steps = useMemo(() => (report ? stepsOf(report, format) : []), [report, format])
  const series = useMemo(
    () => (report ? rowsOf(report, measure, ({ name }) => name ?? t('dashboard.gone')) : []),
    [report, measure, t],
  )
  if (!report) return <Skeleton height="16rem" />
  if (series.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('dashboard.noParts')}
      </Text>
    )
  }
  return (
    <Chart label={t('dashboard.overTime')} steps={steps} series={series} write={writeOf(measure, format)} />
  )
}

interface RanksProps {
  of: Report
  sight: Sight
  by: Part
  measure: Measure
}

function Ranks({ of: report, sight, by, measure }: RanksProps) {
  const { t } = useTranslation()
  const format = useFormat()
  const write = writeOf(measure, format)
  const rows = report.parts
    .map((part) => {
      const amount = amountOf(measure, part.total)
      const name = part.name ?? null
      return {
        id: String(part.id ?? part.name),
        name: name === null ? t('dashboard.gone') : <Name of={part} name={name} sight={sight} by={by} />,
        amount,
        text: write(amount),
      }
    })
    .sort((one, other) => other.amount - one.amount)
  return rows.length === 0 ? (
    <Text size="sm" c="dimmed">
      {t('dashboard.noParts')}
    </Text>
  ) : (
    <RankList rows={rows} />
  )
}

interface NameProps {
  of: Report['parts'][number]
  name: string
  sight: Sight
  by: Part
}

/** The way from a part to its calls. */
function Name({ of: part, name, sight, by }: NameProps): ReactNode {
  const whose = sight === 'own' ? ('own' as const) : undefined
  const search = {
    model: { model: name, whose },
    key: { key: part.id ?? undefined, whose },
    provider: { provider: name },
    user: { user: name },
  }[by]
  return (
    <LinkAnchor to="/logs" search={search} c="inherit" size="sm">
      {name}
    </LinkAnchor>
  )
}
