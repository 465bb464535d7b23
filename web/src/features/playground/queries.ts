import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { ApiError, api, unwrap } from '@/lib/api'

const DAY_SECS = 86_400
const RECORD_TRIES = 12
const RECORD_PAUSE_MS = 500

/** The record of a call that was just made; it is there a moment after the answer. */
export const callRecord = (call: string) =>
  queryOptions({
    queryKey: ['calls', call],
    queryFn: async () => unwrap(await api.GET('/api/log/{call}', { params: { path: { call } } })),
    enabled: call !== '',
    retry: (count, error) => error instanceof ApiError && error.status === 404 && count < RECORD_TRIES,
    retryDelay: RECORD_PAUSE_MS,
  })

/** Making a key for a day; what comes back is the secret. */
export function useDayKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (name: string) => {
      const body = { name, expired_time: Math.floor(Date.now() / 1_000) + DAY_SECS }
      return unwrap(await api.POST('/api/agg-token/', { body }))
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  })
}
