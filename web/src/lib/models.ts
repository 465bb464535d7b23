import { queryOptions } from '@tanstack/react-query'
import { api, unwrap } from './api'

/** The models that calls may ask for; names with `*` stand for many. */
export const modelNames = queryOptions({
  queryKey: ['models', 'names'],
  queryFn: async () => unwrap(await api.GET('/api/route/models')),
  staleTime: 60_000,
})

/** Returns whether a name is one of a pattern, in which `*` stands for any run of characters. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(name)
}
