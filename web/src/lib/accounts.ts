import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, unwrap } from './api'

/** Something with a balance. */
export type Account = Schemas['AccountView']

/** What administrators book by hand. */
export const ORDERS = ['top-up', 'grant', 'correction', 'refund', 'expiry'] as const

/** A kind of booking by hand. */
export type OrderKind = (typeof ORDERS)[number]

/** A booking by hand. */
export type Order =
  | { kind: 'top-up' | 'grant' | 'expiry'; body: Schemas['AmountInput'] }
  | { kind: 'correction'; body: Schemas['CorrectionInput'] }
  | { kind: 'refund'; body: Schemas['RefundInput'] }

/** The account of a user; it is opened when it is first looked at. */
export const accountOfUser = (id: number) =>
  queryOptions({
    queryKey: ['accounts', 'user', id],
    queryFn: async () => unwrap(await api.GET('/api/user/{id}/account', { params: { path: { id } } })),
  })

/** The account of a key; it is opened when it is first looked at. */
export const accountOfKey = (id: number) =>
  queryOptions({
    queryKey: ['accounts', 'key', id],
    queryFn: async () => unwrap(await api.GET('/api/agg-token/{id}/account', { params: { path: { id } } })),
  })

/** Booking to an account by hand; the same key books once, however often it is sent. */
export function useOrder(account: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ key, order }: { key: string; order: Order }) =>
      unwrap(await send(account, key, order)),
    onSuccess: () => client.invalidateQueries({ queryKey: ['accounts'] }),
  })
}

function send(account: number, key: string, order: Order) {
  const params = { path: { id: account }, header: { 'Idempotency-Key': key } }
  switch (order.kind) {
    case 'top-up':
      return api.POST('/api/account/{id}/top-up', { params, body: order.body })
    case 'grant':
      return api.POST('/api/account/{id}/grant', { params, body: order.body })
    case 'expiry':
      return api.POST('/api/account/{id}/expiry', { params, body: order.body })
    case 'correction':
      return api.POST('/api/account/{id}/correction', { params, body: order.body })
    case 'refund':
      return api.POST('/api/account/{id}/refund', { params, body: order.body })
  }
}
