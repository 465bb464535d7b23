import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, unwrap } from '@/lib/api'
import { session, type User } from '@/lib/session'

/** Signing in with name and password. */
export function useLogin() {
  const enter = useEnter()
  return useMutation({
    mutationFn: async (body: Schemas['LoginInput']) => unwrap(await api.POST('/api/user/login', { body })),
    onSuccess: enter,
  })
}

/** Making the first administrator, who is signed in by that. */
export function useSetup() {
  const enter = useEnter()
  return useMutation({
    mutationFn: async (body: Schemas['SetupInput']) => unwrap(await api.POST('/api/setup', { body })),
    onSuccess: enter,
  })
}

/** Making an account for oneself; it does not sign in. */
export function useRegister() {
  return useMutation({
    mutationFn: async (body: Schemas['RegisterInput']) =>
      unwrap(await api.POST('/api/user/register', { body })),
  })
}

/** Forgets what others saw here, and knows who is there now. */
function useEnter() {
  const client = useQueryClient()
  return (user: User) => {
    client.clear()
    client.setQueryData(session.queryKey, user)
  }
}
