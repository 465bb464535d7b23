import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, firstPage, type Schemas, unwrap } from '@/lib/api'
import { newestKeys } from '@/lib/keys'
import { isRoot, type User } from '@/lib/session'
import type { UserSearch } from './search'

/** A place where a user is logged in. */
export type Session = Schemas['SessionView']
/** A personal access token, without the token itself. */
export type Token = Schemas['TokenView']

const PAGE_SIZE = 50
const MOST = 100
const MONTH_SECS = 30 * 86_400

/** Users, newest first. */
export const userList = ({ q, role }: UserSearch) =>
  infiniteQueryOptions({
    queryKey: ['users', 'list', q, role],
    queryFn: async ({ pageParam }) => {
      const query = { page_size: PAGE_SIZE, cursor: pageParam, keyword: q, role }
      return unwrap(await api.GET('/api/user/', { params: { query } }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  })

/** One user. */
export const userDetails = (id: number) =>
  queryOptions({
    queryKey: ['users', id],
    queryFn: async () => unwrap(await api.GET('/api/user/{id}', { params: { path: { id } } })),
  })

/** The keys of a user, among the newest of all. */
export const userKeys = (id: number) =>
  queryOptions({
    ...newestKeys('all'),
    select: ({ keys, isWhole }) => ({ keys: keys.filter((key) => key.user_id === id), isWhole }),
  })

/** The calls of a user in the last thirty days, in numbers. */
export const userSums = (id: number) =>
  queryOptions({
    queryKey: ['calls', 'sums', 'user', id],
    queryFn: async () => {
      const from = Math.floor(Date.now() / 1_000) - MONTH_SECS
      const query = { user: String(id), from, p: 0, page_size: 1 }
      return unwrap(await api.GET('/api/log/', { params: { query } })).summary ?? null
    },
  })

/** Where a user is logged in. */
export const userSessions = (id: number) =>
  queryOptions({
    queryKey: ['users', id, 'sessions'],
    queryFn: async () => unwrap(await api.GET('/api/user/{id}/sessions', { params: { path: { id } } })),
  })

/** The personal access tokens of a user. */
export const userTokens = (id: number) =>
  queryOptions({
    queryKey: ['users', id, 'tokens'],
    queryFn: async () => unwrap(await api.GET('/api/user/{id}/tokens', { params: { path: { id } } })),
  })

/** Names of the groups that a user can be in. */
export const groupNames = queryOptions({
  queryKey: ['groups', 'names'],
  queryFn: async () => {
    const { items } = unwrap(await api.GET('/api/group/', { params: { query: { page_size: MOST } } }))
    return [...new Set(['default', ...items.map(({ name }) => name)])]
  },
})

/** Making and changing users. */
export function useUsers() {
  const client = useQueryClient()
  const onSuccess = () => client.invalidateQueries({ queryKey: ['users'] })
  const create = useMutation({
    mutationFn: async (body: Schemas['NewUserInput']) => unwrap(await api.POST('/api/user/', { body })),
    onSuccess,
  })
  const update = useMutation({
    mutationFn: async (body: Schemas['UserInput']) => unwrap(await api.PUT('/api/user/', { body })),
    onSuccess,
  })
  return { create, update }
}

/** Deletes a user for good, with the keys; the records of the calls stay. */
export async function deleteUser(id: number) {
  return unwrap(await api.DELETE('/api/user/{id}', { params: { path: { id } } }))
}

/** Ending sessions and revoking access tokens of a user. */
export function useAccess(id: number) {
  const client = useQueryClient()
  const onSuccess = () => client.invalidateQueries({ queryKey: ['users', id] })
  const end = useMutation({
    mutationFn: async (session: string) =>
      unwrap(await api.DELETE('/api/user/{id}/sessions/{session}', { params: { path: { id, session } } })),
    onSuccess,
  })
  const endAll = useMutation({
    mutationFn: async () => unwrap(await api.DELETE('/api/user/{id}/sessions', { params: { path: { id } } })),
    onSuccess,
  })
  const revoke = useMutation({
    mutationFn: async (token: number) =>
      unwrap(
        await api.DELETE('/api/user/{id}/tokens/{token_id}', { params: { path: { id, token_id: token } } }),
      ),
    onSuccess,
  })
  return { end, endAll, revoke }
}

/** Returns whether somebody may change another user: one whose role is below the own, or as the owner everybody. */
export function mayTouch(me: User, other: User): boolean {
  return isRoot(me) || me.role > other.role
}
