import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Figure, Figures } from '@/components/Figures'
import { microsOf, useFormat } from '@/lib/format'
import { useUser } from '@/lib/session'
import { callSums, type Numbers, ownAccount, type Sight, type Sums } from './queries'
import type { DashboardSearch } from './search'

interface Props {
  sight: Sight
  search: DashboardSearch
  /** For what one spent oneself. */
  days: Numbers | undefined
}

/** The calls of the chosen time in numbers, beside those of the time before. */
export function Numerals({ sight, search, days }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const user = useUser()
  const range = search.range ?? '24h'
  const sums = useQuery(callSums(sight, range)).data
  const account = useQuery({ ...ownAccount, enabled: sight === 'own' && user.billed }).data
  const row = (
    label: string,
    read: (sums: Sums) => number | null,
    write: (value: number) => string,
  ): Figure => {
    const now = sums?.now && read(sums.now)
    const before = sums?.before && read(sums.before)
    return {
      label,
      value: sums && (typeof now === 'number' ? write(now) : '—'),
      hint: typeof before === 'number' ? t('dashboard.before', { amount: write(before) }) : undefined,
    }
  }
  const figures = [
    row(t('dashboard.calls'), (of) => of.total, format.number),
    row(t('dashboard.success'), successOf, format.percent),
    row(t('dashboard.tokens'), (of) => of.input_tokens + of.output_tokens, format.compact),
    row(t('dashboard.cached'), cachedOf, format.percent),
    row(t('dashboard.latency'), (of) => (of.total === 0 ? null : of.avg_latency), format.duration),
  ]
  if (sight === 'all') {
    figures.unshift(row(t('dashboard.spent'), (of) => microsOf(of.total_cost ?? 0), format.money))
  } else {
    figures.unshift(row(t('dashboard.spentWeek'), () => spentBy(days), format.money))
    delete figures[0]?.hint
  }
  if (account) figures.push({ label: t('dashboard.balance'), value: format.money(account.available_micros) })
  return <Figures figures={figures} />
}

function successOf(sums: Sums): number | null {
  return sums.total === 0 ? null : sums.success_count / sums.total
}

/** The share of what was read that came from a cache. */
function cachedOf(sums: Sums): number | null {
  return sums.input_tokens === 0 ? null : sums.cache_tokens / sums.input_tokens
}

function spentBy(seen: Numbers | undefined): number {
  return microsOf((seen?.recent_metrics ?? []).reduce((sum, day) => sum + day.cost_usd, 0))
}
