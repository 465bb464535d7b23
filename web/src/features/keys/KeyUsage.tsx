import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Facts } from '@/components/Facts'
import { Section } from '@/components/Section'
import { ErrorState } from '@/components/States'
import { MeasureChoice } from '@/components/usage/MeasureChoice'
import type { Measure } from '@/components/usage/measures'
import { UsageChart } from '@/components/usage/UsageChart'
import { useFormat } from '@/lib/format'
import { KEY_RANGES, type KeyRange, keyUsage } from './queries'

/** What was used with a key, day by day. */
export function KeyUsage({ id }: { id: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [range, setRange] = useState<KeyRange>('30d')
  const [measure, setMeasure] = useState<Measure>('spend')
  const found = useQuery(keyUsage(id, range))
  const total = found.data?.total
  const choices = (
    <>
      <MeasureChoice value={measure} onChange={setMeasure} />
      <SegmentedControl
        size="xs"
        aria-label={t('usage.range')}
        value={range}
        data={KEY_RANGES.map((value) => ({ value, label: t(`usage.ranges.${value}`) }))}
        onChange={setRange}
      />
    </>
  )
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  return (
    <Section title={t('keys.usage')} actions={choices}>
      <UsageChart of={found.data} measure={measure} />
      {total && (
        <Facts
          facts={[
            { label: t('usage.measures.spend'), value: format.money(total.cost_micros) },
            { label: t('usage.measures.calls'), value: format.number(total.calls) },
            {
              label: t('usage.measures.tokens'),
              value: format.number(total.input_tokens + total.output_tokens),
            },
            {
              label: t('usage.success'),
              value: typeof total.success_rate === 'number' ? format.percent(total.success_rate / 100) : '—',
            },
          ]}
        />
      )}
    </Section>
  )
}
