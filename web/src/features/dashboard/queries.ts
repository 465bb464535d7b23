import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas, unwrap } from '@/lib/api'
import { browserOffsetHours } from '@/lib/format'
import type { Range } from './search'

/** The numbers of the last days. */
export type Numbers = Schemas['DashboardView']

/** Whose calls are counted. */
export type Sight = 'all' | 'own'

const REFRESH_MS = 30_000
const SHOWN_ALERTS = 5
const MOST = 100

/** Totals and the last seven days. */
export const numbers = (sight: Sight) =>
  queryOptions({
    queryKey: ['dashboard', sight],
    queryFn: async () => {
      const query = { offset_hours: browserOffsetHours() }
      if (sight === 'all') return unwrap(await api.GET('/api/dashboard', { params: { query } }))
      return unwrap(await api.GET('/api/dashboard/self', { params: { query } }))
    },
    refetchInterval: REFRESH_MS,
  })

/** Calls in numbers. */
export type Sums = Schemas['CallSummaryView']

const RANGE_SECS: Record<Range, number> = { '24h': 86_400, '7d': 604_800, '30d': 2_592_000 }

/** The calls of a time up to now in numbers, and those of the same time before. */
export const callSums = (sight: Sight, range: Range) =>
  queryOptions({
    queryKey: ['dashboard', 'sums', sight, range],
    queryFn: async () => {
      const length = RANGE_SECS[range]
      const end = Math.floor(Date.now() / 1_000)
      const [now, before] = await Promise.all([
        sumsOf(sight, end - length),
        sumsOf(sight, end - 2 * length, end - length),
      ])
      return { now, before }
    },
    refetchInterval: REFRESH_MS,
    placeholderData: (before) => before,
  })

async function sumsOf(sight: Sight, from: number, to?: number): Promise<Sums | null> {
  const query = { p: 0, page_size: 1, from, to }
  if (sight === 'all') return unwrap(await api.GET('/api/log/', { params: { query } })).summary ?? null
  return unwrap(await api.GET('/api/log/self', { params: { query } })).summary ?? null
}

/** What somebody has to look at. */
export const openAlerts = queryOptions({
  queryKey: ['alerts', 'open'],
  queryFn: async () =>
    unwrap(await api.GET('/api/alert/', { params: { query: { status: 'open', page_size: SHOWN_ALERTS } } })),
  refetchInterval: REFRESH_MS,
})

/** Models whose calls would be refused or counted as unpriced. */
export const unpricedModels = queryOptions({
  queryKey: ['prices', 'unpriced', 'count'],
  queryFn: async () =>
    unwrap(await api.GET('/api/price/unpriced', { params: { query: { p: 0, page_size: MOST } } })),
})

/** What the last audit of the ledger found. */
export const ledgerState = queryOptions({
  queryKey: ['ledger', 'state'],
  queryFn: async () => unwrap(await api.GET('/api/ledger/state')),
})

/** Routes that rest because they failed. */
export const restingRoutes = queryOptions({
  queryKey: ['routes', 'resting'],
  queryFn: async () => {
    const query = { enabled_only: 'true', p: 0, page_size: MOST }
    const { items } = unwrap(await api.GET('/api/route/overview', { params: { query } }))
    return items.filter((route) => route.suppressed)
  },
  refetchInterval: REFRESH_MS,
})

/** One's own balance. */
export const ownAccount = queryOptions({
  queryKey: ['accounts', 'self'],
  queryFn: async () => unwrap(await api.GET('/api/account/self')),
})
