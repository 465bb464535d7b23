import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, firstPage, type Schemas, unwrap } from '@/lib/api'
import { newId } from '@/lib/ids'

/** A key, without its secret. */
export type Key = Schemas['KeyView']

const PAGE_SIZE = 50
const RECENT = 8

/** One's own keys, newest first. */
export const keyList = infiniteQueryOptions({
  queryKey: ['keys', 'list'],
  queryFn: async ({ pageParam }) => {
    const query = { page_size: PAGE_SIZE, cursor: pageParam }
    return unwrap(await api.GET('/api/agg-token/', { params: { query } }))
  },
  initialPageParam: firstPage(),
  getNextPageParam: (page) => page.next_cursor ?? undefined,
})

/** One key. */
export const keyDetails = (id: number) =>
  queryOptions({
    queryKey: ['keys', id],
    queryFn: async () => unwrap(await api.GET('/api/agg-token/{id}', { params: { path: { id } } })),
  })

/** The account that a key with a balance of its own pays from. */
export const keyAccount = (id: number) =>
  queryOptions({
    queryKey: ['keys', id, 'account'],
    queryFn: async () => unwrap(await api.GET('/api/agg-token/{id}/account', { params: { path: { id } } })),
  })

/** The budgets of a key. */
export const keyBudgets = (id: number) =>
  queryOptions({
    queryKey: ['keys', id, 'budgets'],
    queryFn: async () => {
      const query = { scope: 'key' as const, owner_id: id }
      return unwrap(await api.GET('/api/budget/', { params: { query } })).items
    },
  })

/** The last calls with a key. */
export const keyCalls = (id: number) =>
  queryOptions({
    queryKey: ['keys', id, 'calls'],
    queryFn: async () => {
      const query = { key: id, page_size: RECENT }
      return unwrap(await api.GET('/api/log/self', { params: { query } })).items
    },
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
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
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

/** Making, changing and deleting the budget of a key. */
export function useBudget(id: number) {
  const client = useQueryClient()
  const onSuccess = () => client.invalidateQueries({ queryKey: ['keys', id, 'budgets'] })
  const create = useMutation({
    mutationFn: async (body: Schemas['NewBudgetInput']) =>
      unwrap(
        await api.POST('/api/budget/', {
          params: { header: { 'Idempotency-Key': newId() } },
          body,
        }),
      ),
    onSuccess,
  })
  const update = useMutation({
    mutationFn: async ({ budget, limit }: { budget: number; limit: number }) =>
      unwrap(
        await api.PUT('/api/budget/{id}', {
          params: { path: { id: budget } },
          body: { limit_micros: limit },
        }),
      ),
    onSuccess,
  })
  const remove = useMutation({
    mutationFn: async (budget: number) =>
      unwrap(await api.DELETE('/api/budget/{id}', { params: { path: { id: budget } } })),
    onSuccess,
  })
  return { create, update, remove }
}
