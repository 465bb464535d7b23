import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, firstPage, type Schemas, unwrap } from '@/lib/api'

/** A route with what it leads to and how it does. */
export type Route = Schemas['OverviewRow']

const PAGE_SIZE = 100
const REFRESH_MS = 30_000

/** All routes, by model; `text` is a part of the model's name. */
export const routeList = (text: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['routes', 'list', text],
    queryFn: async ({ pageParam }) => {
      const query = { page_size: PAGE_SIZE, cursor: pageParam, model: text }
      return unwrap(await api.GET('/api/route/overview', { params: { query } }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: REFRESH_MS,
  })

/** Changing a route. */
export function useUpdateRoute() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, ...body }: Schemas['RouteInput'] & { id: number }) =>
      unwrap(await api.PUT('/api/route/{id}', { params: { path: { id } }, body })),
    onSettled: () => client.invalidateQueries({ queryKey: ['routes'] }),
  })
}

/** Where a call would go if it came now; nothing is sent. */
export const wayOf = (model: string) =>
  queryOptions({
    queryKey: ['routes', 'way', model],
    queryFn: async () => unwrap(await api.POST('/api/route/preview', { body: { model } })),
    staleTime: 0,
  })

/** Doing the same to many routes. */
export function useBulkRoutes() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: Schemas['BulkInput']) => unwrap(await api.POST('/api/route/bulk', { body })),
    onSettled: () => client.invalidateQueries({ queryKey: ['routes'] }),
  })
}

/** Changing several routes at once, or none of them. */
export function useUpdateRoutes() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (items: Schemas['BatchItem'][]) =>
      unwrap(await api.POST('/api/route/batch-update', { body: { items } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['routes'] }),
  })
}
