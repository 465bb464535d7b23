import { queryOptions } from '@tanstack/react-query'
import { api, unwrap } from './api'

const NAMES_MAX = 200

/** Names of all providers, for those who may see them. */
export const providerNames = queryOptions({
  queryKey: ['providers', 'names'],
  queryFn: async () => {
    const query = { page_size: NAMES_MAX }
    return unwrap(await api.GET('/api/provider/', { params: { query } })).items.map(
      (provider) => provider.name,
    )
  },
})

/** How many providers there are, declared ones included. */
export const providerCount = queryOptions({
  queryKey: ['providers', 'count'],
  queryFn: async () => unwrap(await api.GET('/api/provider/summary')).total_providers,
})
