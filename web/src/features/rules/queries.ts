import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, type Schemas, unwrap } from '@/lib/api'
import type { Policy, Rules } from './document'

/** A call to try rules on. */
export type Sample = Schemas['Sample']
/** What came of trying rules. */
export type Tested = Schemas['TestView']

/** What is said about routing; what the configuration file says goes before it. */
export const routingPolicy = queryOptions({
  queryKey: ['routing', 'policy'],
  queryFn: async () => unwrap(await api.GET('/api/routing/')),
  // Somebody who writes must not be overtaken by what others saved.
  refetchOnWindowFocus: false,
  staleTime: Number.POSITIVE_INFINITY,
})

/** Replacing what is said about routing. */
export function useWritePolicy() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: Policy) => unwrap(await api.PUT('/api/routing/', { body })),
    onSuccess: (policy) => {
      client.setQueryData(routingPolicy.queryKey, policy)
      return Promise.all([
        client.invalidateQueries({ queryKey: ['routing', 'way'] }),
        client.invalidateQueries({ queryKey: ['routes'] }),
        client.invalidateQueries({ queryKey: ['options'] }),
      ])
    },
  })
}

/** What would come of rules for a call. */
export const testedRules = (rules: Rules, sample: Sample) =>
  queryOptions({
    queryKey: ['routing', 'test', rules, sample],
    queryFn: async ({ signal }) =>
      unwrap(await api.POST('/api/routing/rules/test', { body: { rules, sample }, signal })),
    placeholderData: (before) => before,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
  })

/** Where a call would go by what is in force; nothing is sent. */
export const wayOf = (body: Schemas['PreviewInput']) =>
  queryOptions({
    queryKey: ['routing', 'way', body],
    queryFn: async ({ signal }) => unwrap(await api.POST('/api/route/preview', { body, signal })),
    placeholderData: (before) => before,
    gcTime: 60_000,
  })
