import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Figure, Figures } from '@/components/Figures'
import type { Report } from '@/components/usage/measures'
import { useFormat } from '@/lib/format'
import { useUser } from '@/lib/session'
import { live, ownAccount, type Sight } from './queries'

type Amounts = Report['total']

interface Props {
  sight: Sight
  of: Report | undefined
}

/** The calls of the chosen time in numbers, beside those of the time before. */
export function Numerals({ sight, of: report }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const user = useUser()
  const account = useQuery({ ...ownAccount, enabled: sight === 'own' && user.billed }).data
  const now = useQuery({ ...live, enabled: sight === 'all' }).data
  const figure = (
    label: string,
    [value, before]: [number | null | undefined, number | null | undefined],
    write: (value: number) => string,
  ): Figure => ({
    label,
    value: report && (typeof value === 'number' ? write(value) : '—'),
    hint: typeof before === 'number' ? t('dashboard.before', { amount: write(before) }) : undefined,
  })
  const amounts = (label: string, read: (of: Amounts) => number | null, write: (value: number) => string) =>
    figure(label, [report && read(report.total), report && read(report.previous)], write)
  const wait = (label: string, read: (of: Report['speed']) => number | null | undefined) =>
    figure(label, [report && read(report.speed), report && read(report.previous_speed)], format.duration)
  const figures = [
    amounts(t('dashboard.spent'), (of) => of.cost_micros, format.money),
    amounts(t('usage.measures.calls'), (of) => of.calls, format.number),
    amounts(t('usage.success'), successOf, format.percent),
    amounts(t('usage.measures.tokens'), (of) => of.input_tokens + of.output_tokens, format.compact),
    wait(t('dashboard.firstHalf'), (of) => of.first_token_p50_ms),
    wait(t('dashboard.firstMost'), (of) => of.first_token_p95_ms),
    {
      label: t('dashboard.saved'),
      value: report && format.money(report.total.cache_saved_micros),
      hint: report && t('dashboard.cached', { share: format.percent(cachedOf(report.total)) }),
    },
  ]
  if (account) figures.push({ label: t('dashboard.balance'), value: format.money(account.available_micros) })
  if (now) {
    figures.push({
      label: t('dashboard.live'),
      value: t('dashboard.perSecond', { rate: format.decimal(now.calls_per_second) }),
      hint: t('dashboard.underWay', { count: now.open_calls }),
    })
  }
  return <Figures figures={figures} />
}

function successOf({ success_rate: rate }: Amounts): number | null {
  return typeof rate === 'number' ? rate / 100 : null
}

/** The share of what was read that came from a cache. */
function cachedOf(amounts: Amounts): number {
  return amounts.input_tokens === 0 ? 0 : amounts.cache_read_tokens / amounts.input_tokens
}
