import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, unwrap } from './api'

/** A limit on spending, as it stands in the period at hand. */
export type Budget = Schemas['BudgetView']

/** Whose spending a budget can limit. */
export type BudgetScope = Schemas['ScopeInput']

/** How often a budget can start anew. */
export const PERIODS = ['day', 'week', 'month', 'total'] as const

/** How often a budget starts anew. */
export type Period = (typeof PERIODS)[number]

const MOST = 100

/** The budgets of one key or user. */
export const budgetsOf = (scope: BudgetScope, owner: number) =>
  queryOptions({
    queryKey: ['budgets', scope, owner],
    queryFn: async () => {
      const query = { scope, owner_id: owner, page_size: MOST }
      return unwrap(await api.GET('/api/budget/', { params: { query } })).items
    },
  })

/** Making, changing and deleting budgets. */
export function useBudgets() {
  const client = useQueryClient()
  const onSuccess = () => client.invalidateQueries({ queryKey: ['budgets'] })
  const create = useMutation({
    mutationFn: async ({ key, body }: { key: string; body: Schemas['NewBudgetInput'] }) =>
      unwrap(await api.POST('/api/budget/', { params: { header: { 'Idempotency-Key': key } }, body })),
    onSuccess,
  })
  const update = useMutation({
    mutationFn: async ({ id, limit }: { id: number; limit: number }) =>
      unwrap(await api.PUT('/api/budget/{id}', { params: { path: { id } }, body: { limit_micros: limit } })),
    onSuccess,
  })
  const remove = useMutation({
    mutationFn: async (id: number) =>
      unwrap(await api.DELETE('/api/budget/{id}', { params: { path: { id } } })),
    onSuccess,
  })
  return { create, update, remove }
}
