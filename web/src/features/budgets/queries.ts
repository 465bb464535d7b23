import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, firstPage, unwrap } from '@/lib/api'

const PAGE_SIZE = 50
const MOST = 100

/** Budgets in the order in which they were made: the own ones, or for administrators all. */
export const budgetList = infiniteQueryOptions({
  queryKey: ['budgets', 'list'],
  queryFn: async ({ pageParam }) => {
    const query = { page_size: PAGE_SIZE, cursor: pageParam }
    return unwrap(await api.GET('/api/budget/', { params: { query } }))
  },
  initialPageParam: firstPage(),
  getNextPageParam: (page) => page.next_cursor ?? undefined,
})

/** Somebody or something that can be limited. */
export interface Owner {
  value: string
  label: string
}

/** Users by letters of their name. */
export const userChoices = (text: string) =>
  queryOptions({
    queryKey: ['users', 'search', text],
    queryFn: async (): Promise<Owner[]> => {
      const users = unwrap(await api.GET('/api/user/search', { params: { query: { keyword: text } } }))
      return users.map(({ id, username }) => ({ value: String(id), label: username }))
    },
    placeholderData: (before) => before,
  })

/** The newest keys: the own ones, or for administrators those of all users. */
export const keyChoices = (whose: 'own' | 'all') =>
  queryOptions({
    queryKey: ['keys', 'choices', whose],
    queryFn: async (): Promise<Owner[]> => {
      const query = { page_size: MOST, p: 0, ...(whose === 'all' && { all: '1' }) }
      const { items } = unwrap(await api.GET('/api/agg-token/', { params: { query } }))
      return items
        .filter(({ origin }) => origin !== 'file')
        .map(({ id, name, key }) => ({ value: String(id), label: `${name} · ${key}` }))
    },
  })
