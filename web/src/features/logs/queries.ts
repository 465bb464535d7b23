import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, firstPage, type Schemas, unwrap } from '@/lib/api'
import type { paths } from '@/lib/schema'
import type { LogSearch } from './search'

/** The record of a call. */
export type Call = Schemas['CallView']
/** One try of a call. */
export type Attempt = Schemas['AttemptView']
/** How a sum came about. */
export type Sum = NonNullable<Schemas['ReceiptView']['charge']>

const PAGE_SIZE = 50
const LIVE_MS = 2_000
const HOUR_SECS = 3_600

/** Whose calls are looked at. */
export type Sight = 'all' | 'own'

/** Calls, newest first; while the view is live, only the first page, again and again. */
export const callList = (search: LogSearch, sight: Sight) =>
  infiniteQueryOptions({
    queryKey: ['calls', 'list', sight, search],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...filterOf(search), page_size: PAGE_SIZE, cursor: pageParam }
      if (sight === 'all') return unwrap(await api.GET('/api/log/', { params: { query }, signal }))
      return unwrap(await api.GET('/api/log/self', { params: { query }, signal }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: (page) => (search.live === true ? undefined : (page.next_cursor ?? undefined)),
    refetchInterval: search.live === true ? LIVE_MS : false,
    placeholderData: (before) => before,
  })

function filterOf({ model, provider, user, key, status, outcome, from, to, hours }: LogSearch) {
  const since = hours === undefined ? from : Math.floor(Date.now() / 1_000) - hours * HOUR_SECS
  return {
    model,
    provider,
    user,
    key,
    status,
    outcome,
    from: since,
    to: hours === undefined ? to : undefined,
  }
}

/** How calls can be written into a file. */
export const FORMATS = ['csv', 'jsonl'] as const

/** Returns where the calls that are shown can be had as a file. */
export function exportAddress(search: LogSearch, sight: Sight, format: (typeof FORMATS)[number]): string {
  const given = Object.entries({ ...filterOf(search), format }).filter(([, value]) => value !== undefined)
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return `${sight === 'all' ? EXPORT : OWN_EXPORT}?${query.toString()}`
}

const EXPORT = '/api/log/export' satisfies keyof paths
const OWN_EXPORT = '/api/log/self/export' satisfies keyof paths

/** One call. */
export const callDetails = (call: string) =>
  queryOptions({
    queryKey: ['calls', call],
    queryFn: async () => unwrap(await api.GET('/api/log/{call}', { params: { path: { call } } })),
  })

/** Why a call went where it went. For administrators. */
export const callDecision = (call: string) =>
  queryOptions({
    queryKey: ['calls', call, 'decision'],
    queryFn: async () => unwrap(await api.GET('/api/log/{call}/explain', { params: { path: { call } } })),
  })

/** What a call cost and what was charged for it, computed again. */
export const callReceipt = (call: string) =>
  queryOptions({
    queryKey: ['calls', call, 'receipt'],
    queryFn: async () => unwrap(await api.GET('/api/log/{call}/receipt', { params: { path: { call } } })),
  })

/** One's own keys by name, for the filter. */
export const keyNames = queryOptions({
  queryKey: ['keys', 'names'],
  queryFn: async () => {
    const query = { page_size: 200 }
    const { items } = unwrap(await api.GET('/api/agg-token/', { params: { query } }))
    return items.map(({ id, name }) => ({ id, name }))
  },
})
