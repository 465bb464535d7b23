import { Skeleton } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/lib/format'
import { Chart } from '../chart/Chart'
import { amountOf, type Measure, type Report, stepsOf, writeOf } from './measures'

interface Props {
  of: Report | undefined
  measure: Measure
}

/** What was used, hour by hour or day by day. */
export function UsageChart({ of: report, measure }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const name = t(`usage.measures.${measure}`)
  const steps = useMemo(() => (report ? stepsOf(report, format) : []), [report, format])
  const series = useMemo(
    () => [{ name, values: (report?.points ?? []).map((point) => amountOf(measure, point)) }],
    [report, measure, name],
  )
  if (!report) return <Skeleton height="16rem" />
  const label =
    report.step === 'hour' ? t('usage.byHour', { measure: name }) : t('usage.byDay', { measure: name })
  return <Chart label={label} steps={steps} series={series} write={writeOf(measure, format)} />
}
