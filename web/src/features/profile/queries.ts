import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, unwrap } from '@/lib/api'
import { session } from '@/lib/session'

/** A browser that is signed in. */
export type Session = Schemas['SessionView']
/** What a script signs in with, without its secret. */
export type Token = Schemas['TokenView']

/** Where one is signed in. */
export const ownSessions = queryOptions({
  queryKey: ['profile', 'sessions'],
  queryFn: async () => unwrap(await api.GET('/api/user/self/sessions')),
})

/** One's access tokens. */
export const ownTokens = queryOptions({
  queryKey: ['profile', 'tokens'],
  queryFn: async () => unwrap(await api.GET('/api/user/self/tokens')),
})

/** Changing one's own account, its password included. */
export function useUpdateSelf() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: Schemas['SelfInput']) => unwrap(await api.PUT('/api/user/self', { body })),
    onSuccess: (user) => {
      client.setQueryData(session.queryKey, user)
      return client.invalidateQueries({ queryKey: ['profile', 'sessions'] })
    },
  })
}

/** Ending one session. */
export function useEndSession() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (id: string) =>
      unwrap(await api.DELETE('/api/user/self/sessions/{session}', { params: { path: { session: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['profile', 'sessions'] }),
  })
}

/** Ending all sessions but this one. */
export function useEndOtherSessions() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () => unwrap(await api.DELETE('/api/user/self/sessions')),
    onSettled: () => client.invalidateQueries({ queryKey: ['profile', 'sessions'] }),
  })
}

/** Making an access token; what comes back holds it, for this one time. */
export function useCreateToken() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: Schemas['TokenInput']) =>
      unwrap(await api.POST('/api/user/self/tokens', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['profile', 'tokens'] }),
  })
}

/** Revoking an access token. */
export function useRevokeToken() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (id: number) =>
      unwrap(await api.DELETE('/api/user/self/tokens/{token_id}', { params: { path: { token_id: id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['profile', 'tokens'] }),
  })
}
