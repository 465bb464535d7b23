import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, firstPage, type PageOf, type Schemas, unwrap } from '@/lib/api'
import type { AccountGroup } from './search'

/** A transfer as one of its accounts sees it. */
export type Entry = Schemas['EntryView']
/** What is known of the ledger. */
export type LedgerState = Schemas['LedgerStateView']
/** What checking the ledger found. */
export type Verification = Schemas['VerificationView']

/** Whose account is looked at: one by its id, or the own one. */
export type Which = number | 'self'

const PAGE_SIZE = 50
const REFRESH_MS = 60_000

const next = (page: PageOf<unknown>) => page.next_cursor ?? undefined

/** Accounts in the order in which they were opened. */
export const accountList = (group: Exclude<AccountGroup, 'operator'>) =>
  infiniteQueryOptions({
    queryKey: ['accounts', 'list', group],
    queryFn: async ({ pageParam }) => {
      const query = { page_size: PAGE_SIZE, cursor: pageParam, kind: group === 'all' ? undefined : group }
      return unwrap(await api.GET('/api/account/', { params: { query } }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: next,
  })

/** The operator's own accounts: what came in, what was given away, what was earned, each by node. */
export const operatorAccounts = queryOptions({
  queryKey: ['accounts', 'list', 'operator'],
  queryFn: async () => {
    const pages = await Promise.all(['cash', 'cost', 'revenue'].map(accountsOfKind))
    return pages.flat()
  },
})

async function accountsOfKind(kind: string) {
  const query = { kind, page_size: PAGE_SIZE }
  return unwrap(await api.GET('/api/account/', { params: { query } })).items
}

/** One account. */
export const accountDetails = (which: Which) =>
  queryOptions({
    queryKey: ['accounts', which],
    queryFn: async () => {
      if (which === 'self') return unwrap(await api.GET('/api/account/self'))
      return unwrap(await api.GET('/api/account/{id}', { params: { path: { id: which } } }))
    },
  })

/** What moved into and out of an account, newest first. */
export const statement = (which: Which) =>
  infiniteQueryOptions({
    queryKey: ['accounts', which, 'statement'],
    queryFn: async ({ pageParam }) => {
      const query = { page_size: PAGE_SIZE, cursor: pageParam }
      if (which === 'self') return unwrap(await api.GET('/api/account/self/transfers', { params: { query } }))
      const path = { id: which }
      return unwrap(await api.GET('/api/account/{id}/transfers', { params: { path, query } }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: next,
  })

/** What the last audit of the ledger found. */
export const ledgerState = queryOptions({
  queryKey: ['ledger', 'state'],
  queryFn: async () => unwrap(await api.GET('/api/ledger/state')),
  refetchInterval: REFRESH_MS,
})

/** Checking every chain, balance and charge at once. */
export function useVerify() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () => unwrap(await api.POST('/api/ledger/verify')),
    onSuccess: () => client.invalidateQueries({ queryKey: ['ledger'] }),
  })
}

/** Returns where the ledger, or what moved on one account, is to be had as a file. */
export function ledgerFile(format: 'csv' | 'jsonl', account?: number): string {
  const only = account === undefined ? '' : `&account=${account}`
  return `/api/ledger/export?format=${format}${only}`
}

/** Users by letters of their name, to find their account. */
export const userChoices = (text: string) =>
  queryOptions({
    queryKey: ['users', 'choices', text],
    queryFn: async () => {
      const query = { keyword: text }
      return unwrap(await api.GET('/api/user/search', { params: { query } }))
    },
    placeholderData: (before) => before,
  })

/** Returns the account of a key; it is opened when it is first looked at. */
export async function findAccountOfKey(id: number) {
  return unwrap(await api.GET('/api/agg-token/{id}/account', { params: { path: { id } } }))
}

/** Returns the account of a user; it is opened when it is first looked at. */
export async function findAccountOfUser(id: number) {
  return unwrap(await api.GET('/api/user/{id}/account', { params: { path: { id } } }))
}
