import { queryOptions } from '@tanstack/react-query'
import { api, unwrap } from '@/lib/api'
import { browserOffsetHours } from '@/lib/format'
import type { Part, Period } from './search'

/** Whose calls are counted. */
export type Sight = 'all' | 'own'

const REFRESH_MS = 30_000
const LIVE_MS = 2_000
const SHOWN_ALERTS = 5
const MOST = 100
const PARTS_SHOWN = 8

/** What was used in a time and in one as long before, as a whole and in parts. */
export const usage = (sight: Sight, period: Period, by: Part) =>
  queryOptions({
    queryKey: ['dashboard', 'usage', sight, period, by],
    queryFn: async () => {
      const time = typeof period === 'string' ? { range: period } : period
      const query = { ...time, by, parts: PARTS_SHOWN, offset_hours: browserOffsetHours() }
      if (sight === 'all') return unwrap(await api.GET('/api/dashboard/usage', { params: { query } }))
      return unwrap(await api.GET('/api/dashboard/self/usage', { params: { query } }))
    },
    refetchInterval: REFRESH_MS,
    placeholderData: (before) => before,
  })

/** What the node that answers is doing right now. */
export const live = queryOptions({
  queryKey: ['dashboard', 'live'],
  queryFn: async () => unwrap(await api.GET('/api/dashboard/live')),
  refetchInterval: LIVE_MS,
  staleTime: 0,
})

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
