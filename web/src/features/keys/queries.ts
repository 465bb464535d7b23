import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, firstPage, type Schemas, unwrap } from '@/lib/api'
import { browserOffsetHours } from '@/lib/format'
import type { KeyOwner } from '@/lib/keys'

const PAGE_SIZE = 50
const RECENT = 8
const USERS_PER_PAGE = 100
const USER_PAGES_MAX = 10

/** Keys, newest first. */
export const keyList = (whose: KeyOwner) =>
  infiniteQueryOptions({
    queryKey: ['keys', 'list', whose],
    queryFn: async ({ pageParam }) => {
      const query = { page_size: PAGE_SIZE, cursor: pageParam, ...(whose === 'all' && { all: '1' }) }
      return unwrap(await api.GET('/api/agg-token/', { params: { query } }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })

/** Names of users by their id, to say whose a key is. */
export const userNames = queryOptions({
  queryKey: ['users', 'names'],
  queryFn: async () => {
    const names = new Map<number, string>()
    let cursor: string | undefined
    for (let page = 0; page < USER_PAGES_MAX; page += 1) {
      const query = { page_size: USERS_PER_PAGE, cursor }
      const { items, next_cursor: next } = unwrap(await api.GET('/api/user/', { params: { query } }))
      for (const { id, username } of items) names.set(id, username)
      if (next == null) break
      cursor = next
    }
    return names
  },
})

/** One key. */
export const keyDetails = (id: number) =>
  queryOptions({
    queryKey: ['keys', id],
    queryFn: async () => unwrap(await api.GET('/api/agg-token/{id}', { params: { path: { id } } })),
  })

/** The last calls with a key. */
export const keyCalls = (id: number, whose: KeyOwner) =>
  queryOptions({
    queryKey: ['keys', id, 'calls', whose],
    queryFn: async () => {
      const query = { key: id, page_size: RECENT }
      if (whose === 'all') return unwrap(await api.GET('/api/log/', { params: { query } })).items
      return unwrap(await api.GET('/api/log/self', { params: { query } })).items
    },
  })

/** How far back the usage of a key is shown. */
export const KEY_RANGES = ['24h', '7d', '30d', '90d'] as const

/** A time up to now. */
export type KeyRange = (typeof KEY_RANGES)[number]

/** What was used with a key. */
export const keyUsage = (id: number, range: KeyRange) =>
  queryOptions({
    queryKey: ['keys', id, 'usage', range],
    queryFn: async () => {
      const query = { range, offset_hours: browserOffsetHours() }
      return unwrap(await api.GET('/api/agg-token/{id}/usage', { params: { path: { id }, query } }))
    },
    placeholderData: (before) => before,
  })

/** Making a key; what comes back is the secret, for this one time. */
export function useCreateKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: Schemas['KeyInput']) => unwrap(await api.POST('/api/agg-token/', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  })
}

/** Changing a key. */
export function useUpdateKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: Schemas['KeyInput']) => unwrap(await api.PUT('/api/agg-token/', { body })),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['keys'] }),
        client.invalidateQueries({ queryKey: ['budgets'] }),
      ]),
  })
}

/** Giving a key a new secret; what comes back is the secret, for this one time. */
export function useRotateKey(id: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (graceSecs: number) =>
      unwrap(
        await api.POST('/api/agg-token/{id}/rotate', {
          params: { path: { id } },
          body: { grace_secs: graceSecs },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  })
}

/** Deletes a key for good. */
export async function deleteKey(id: number) {
  return unwrap(await api.DELETE('/api/agg-token/{id}', { params: { path: { id } } }))
}

/** Doing the same to many keys. */
export function useBulkKeys() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: Schemas['BulkInput']) => unwrap(await api.POST('/api/agg-token/bulk', { body })),
    onSettled: () => client.invalidateQueries({ queryKey: ['keys'] }),
  })
}
