import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { ApiError, api, type Schemas, unwrap } from './api'

/** Somebody who is signed in. */
export type User = Schemas['UserView']

const ADMIN = 10
const ROOT = 100

/** Who is signed in; `null` for nobody. */
export const session = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<User | null> => {
    try {
      return unwrap(await api.GET('/api/user/self'))
    } catch (error) {
      if (error instanceof ApiError && error.code === 'unauthenticated') return null
      throw error
    }
  },
  staleTime: 60_000,
})

/** What anybody may know of this installation. */
export const status = queryOptions({
  queryKey: ['status'],
  queryFn: async () => unwrap(await api.GET('/api/status')),
  staleTime: 300_000,
})

/** Returns who is signed in. Only for pages behind the sign-in. */
export function useUser(): User {
  const { data } = useSuspenseQuery(session)
  if (data === null) throw new ApiError('unauthenticated', 401, '')
  return data
}

/** Returns whether a user runs this installation. */
export function isAdmin(user: User): boolean {
  return user.role >= ADMIN
}

/** Returns whether a user may do everything. */
export function isRoot(user: User): boolean {
  return user.role >= ROOT
}

/** Returns what a user is here, by name. */
export function roleOf(user: User): 'root' | 'admin' | 'user' {
  if (isRoot(user)) return 'root'
  return isAdmin(user) ? 'admin' : 'user'
}
