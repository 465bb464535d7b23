import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, firstPage, type Schemas, unwrap } from '@/lib/api'

/** A configured account at a vendor. */
export type Provider = Schemas['ProviderView']
/** A secret of a provider, masked. */
export type Credential = Schemas['CredentialView']
/** A kind of upstream. */
export type Vendor = Schemas['VendorView']
/** What asking a provider for its models found. */
export type Discovery = Schemas['DiscoveryView']

const PAGE_SIZE = 50
const ROUTES_MAX = 200

/** Providers by priority. */
export const providerList = (keyword: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['providers', 'list', keyword],
    queryFn: async ({ pageParam }) => {
      const query = { page_size: PAGE_SIZE, cursor: pageParam, keyword }
      return unwrap(await api.GET('/api/provider/', { params: { query } }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  })

/** One provider. */
export const providerDetails = (id: number) =>
  queryOptions({
    queryKey: ['providers', id],
    queryFn: async () => unwrap(await api.GET('/api/provider/{id}', { params: { path: { id } } })),
  })

/** The secrets of a provider, masked. */
export const credentialList = (id: number) =>
  queryOptions({
    queryKey: ['providers', id, 'credentials'],
    queryFn: async () => unwrap(await api.GET('/api/provider/{id}/tokens', { params: { path: { id } } })),
  })

/** The routes that lead to a provider. */
export const providerRoutes = (id: number) =>
  queryOptions({
    queryKey: ['providers', id, 'routes'],
    queryFn: async () => {
      const query = { provider_id: id, page_size: ROUTES_MAX }
      return unwrap(await api.GET('/api/route/overview', { params: { query } })).items
    },
  })

/** The kinds of upstream that exist. */
export const vendorList = queryOptions({
  queryKey: ['vendors'],
  queryFn: async () => unwrap(await api.GET('/api/vendor/')),
  staleTime: Number.POSITIVE_INFINITY,
})

/** What changes providers makes everything stale that is made of them. */
function useStale() {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['providers'] }),
      client.invalidateQueries({ queryKey: ['models'] }),
    ])
}

/** Making a provider. */
export function useCreateProvider() {
  return useMutation({
    mutationFn: async (body: Schemas['ProviderInput']) => unwrap(await api.POST('/api/provider/', { body })),
    onSuccess: useStale(),
  })
}

/** Changing a provider: only the fields that are sent. */
export function useUpdateProvider() {
  return useMutation({
    mutationFn: async (body: Schemas['ProviderInput']) => unwrap(await api.PUT('/api/provider/', { body })),
    onSuccess: useStale(),
  })
}

/** Deletes a provider for good, with its credentials and routes. */
export async function deleteProvider(id: number) {
  return unwrap(await api.DELETE('/api/provider/{id}', { params: { path: { id } } }))
}

/** Asking a provider which models it serves. */
export function useDiscover() {
  return useMutation({
    mutationFn: async (id: number) =>
      unwrap(await api.POST('/api/provider/{id}/models', { params: { path: { id } } })),
    onSuccess: useStale(),
  })
}

/** Reading the prices that a relay site publishes. */
export function useSyncPrices() {
  return useMutation({
    mutationFn: async (id: number) =>
      unwrap(await api.POST('/api/provider/{id}/prices/sync', { params: { path: { id } } })),
    onSuccess: useStale(),
  })
}

/** Making and changing credentials of a provider. */
export function useCredential(provider: number) {
  const onSuccess = useStale()
  const create = useMutation({
    mutationFn: async (body: Schemas['CredentialInput']) =>
      unwrap(await api.POST('/api/provider/{id}/tokens', { params: { path: { id: provider } }, body })),
    onSuccess,
  })
  const update = useMutation({
    mutationFn: async ({ id, body }: { id: number; body: Schemas['CredentialInput'] }) =>
      unwrap(await api.PUT('/api/provider/token/{token_id}', { params: { path: { token_id: id } }, body })),
    onSuccess,
  })
  return { create, update }
}

/** Deletes a credential for good, with its routes. */
export async function deleteCredential(id: number) {
  return unwrap(await api.DELETE('/api/provider/token/{token_id}', { params: { path: { token_id: id } } }))
}

/** Switching a route on and off. */
export function useUpdateRoute() {
  return useMutation({
    mutationFn: async ({ id, body }: { id: number; body: Schemas['RouteInput'] }) =>
      unwrap(await api.PUT('/api/route/{id}', { params: { path: { id } }, body })),
    onSuccess: useStale(),
  })
}

/** Replacing the aliases of a provider. */
export function useWriteAliases(provider: number) {
  return useMutation({
    mutationFn: async (aliases: Record<string, string>) =>
      unwrap(
        await api.PUT('/api/provider/{id}/model-alias-mapping', {
          params: { path: { id: provider } },
          body: { model_alias_mapping: aliases },
        }),
      ),
    onSuccess: useStale(),
  })
}

/** Returns all providers as they can be imported again, without secrets. */
export async function exportProviders() {
  return unwrap(await api.GET('/api/provider/export'))
}

/** Importing providers from what an export, ours or another's, holds. */
export function useImport() {
  return useMutation({
    mutationFn: async (body: Schemas['ProviderInput'][]) =>
      unwrap(await api.POST('/api/provider/import', { body })),
    onSuccess: useStale(),
  })
}

/** Making Sluice know what a provider knows: balance, models, keys, prices. */
export function useSync() {
  return useMutation({
    mutationFn: async (id: number) =>
      unwrap(await api.POST('/api/provider/{id}/sync', { params: { path: { id } } })),
    onSettled: useStale(),
  })
}

/** Checking in at a site now. */
export function useCheckin() {
  return useMutation({
    mutationFn: async (id: number) =>
      unwrap(await api.POST('/api/provider/{id}/checkin', { params: { path: { id } } })),
    onSettled: useStale(),
  })
}

/** Doing the same to many providers. */
export function useBulkProviders() {
  return useMutation({
    mutationFn: async (body: Schemas['BulkInput']) => unwrap(await api.POST('/api/provider/bulk', { body })),
    onSettled: useStale(),
  })
}
