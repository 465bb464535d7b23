import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, firstPage, type Schemas, unwrap } from '@/lib/api'

/** Users that pay the same. */
export type Group = Schemas['GroupView']

const PAGE_SIZE = 50

/** Groups by name. */
export const groupList = infiniteQueryOptions({
  queryKey: ['groups', 'list'],
  queryFn: async ({ pageParam }) => {
    const query = { page_size: PAGE_SIZE, cursor: pageParam }
    return unwrap(await api.GET('/api/group/', { params: { query } }))
  },
  initialPageParam: firstPage(),
  getNextPageParam: (page) => page.next_cursor ?? undefined,
})

/** Making a group, or changing the one of that name. */
export function usePutGroup() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ name, body }: { name: string; body: Schemas['GroupInput'] }) =>
      unwrap(await api.PUT('/api/group/{name}', { params: { path: { name } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['groups'] }),
  })
}

/** Deletes a group for good; one that somebody is in is kept. */
export function useDeleteGroup() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (name: string) =>
      unwrap(await api.DELETE('/api/group/{name}', { params: { path: { name } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['groups'] }),
  })
}
