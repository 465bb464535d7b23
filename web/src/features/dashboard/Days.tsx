import { SegmentedControl, Skeleton, Text } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Chart } from '@/components/chart/Chart'
import { Section } from '@/components/Section'
import { type Format, microsOf, useFormat } from '@/lib/format'
import type { Numbers } from './queries'

type Day = Numbers['recent_metrics'][number]
type Measure = 'spend' | 'calls' | 'tokens'

const MEASURES: readonly Measure[] = ['spend', 'calls', 'tokens']
const route = getRouteApi('/shell/dashboard')

const READ: Record<Measure, (day: Day) => number> = {
  spend: (day) => microsOf(day.cost_usd),
  calls: (day) => day.request_count,
  tokens: (day) => day.token_count,
}

function writeOf(measure: Measure, format: Format) {
  return measure === 'spend' ? format.money : format.compact
}

/** What was used on each of the last days. */
export function Days({ of: seen }: { of: Numbers | undefined }) {
  const { t } = useTranslation()
  const format = useFormat()
  const search = route.useSearch()
  const go = route.useNavigate()
  const measure = search.measure ?? 'spend'
  const steps = useSteps(seen)
  const name = t(`dashboard.measures.${measure}`)
  const days = seen?.recent_metrics
  const series = useMemo(() => [{ name, values: (days ?? []).map(READ[measure]) }], [days, measure, name])
  const choose = (next: Measure) =>
    void go({ search: { ...search, measure: next === 'spend' ? undefined : next }, replace: true })
  const choice = (
    <SegmentedControl
      size="xs"
      aria-label={t('dashboard.measure')}
      value={measure}
      data={MEASURES.map((value) => ({ value, label: t(`dashboard.measures.${value}`) }))}
      onChange={choose}
    />
  )
  return (
    <Section title={t('dashboard.days')} actions={choice}>
      {seen ? (
        <Chart
          label={t('dashboard.daysOf', { measure: name })}
          steps={steps}
          series={series}
          write={writeOf(measure, format)}
        />
      ) : (
        <Skeleton height="16rem" />
      )}
    </Section>
  )
}

/** Which models used the tokens of the last days. */
export function ModelDays({ of: seen }: { of: Numbers | undefined }) {
  const { t } = useTranslation()
  const format = useFormat()
  const steps = useSteps(seen)
  const series = useMemo(() => seriesOf(seen), [seen])
  return (
    <Section title={t('dashboard.modelDays')}>
      {!seen && <Skeleton height="16rem" />}
      {seen && series.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('dashboard.noTokens')}
        </Text>
      )}
      {series.length > 0 && (
        <Chart label={t('dashboard.modelDays')} steps={steps} series={series} write={format.compact} />
      )}
    </Section>
  )
}

function useSteps(seen: Numbers | undefined): string[] {
  const format = useFormat()
  return useMemo(() => (seen?.recent_metrics ?? []).map((day) => format.shortDay(day.date)), [seen, format])
}

/** One row of bars for each model that used any token. */
function seriesOf(seen: Numbers | undefined) {
  const dates = (seen?.recent_metrics ?? []).map((day) => day.date)
  const rows = new Map<string, number[]>()
  for (const { model_name: name, date, token_count: tokens } of seen?.recent_model_stats ?? []) {
    const values = rows.get(name) ?? dates.map(() => 0)
    const place = dates.indexOf(date)
    if (place >= 0) values[place] = tokens
    rows.set(name, values)
  }
  return [...rows]
    .filter(([, values]) => values.some((value) => value > 0))
    .map(([name, values]) => ({ name, values }))
}
