import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, firstPage, type PageOf, type Schemas, unwrap } from '@/lib/api'

/** A price that was stated here or published by a provider. */
export type Price = Schemas['PriceView']
/** A price, and for whom it holds, by whom and from when. */
export type Version = Schemas['VersionView']
/** A model that nobody states a price of. */
export type Unpriced = Schemas['UnpricedView']
/** A model about whose price the data sets disagree. */
export type Dispute = Schemas['DisputeView']
/** The rates of a service level; without tiers where those of all lengths are the same. */
export type Schedule = Pick<Schemas['ScheduleBody'], 'base'> & Partial<Pick<Schemas['ScheduleBody'], 'tiers'>>

/** A model at a provider. */
export interface Offer {
  /** Name of the model at the provider. */
  model: string
  provider: number
  providerName: string
}

const PAGE_SIZE = 50
/** Each of these is a table of its own. */
const DISPUTES_SIZE = 12
/** Each row of this list is looked up by itself. */
const OFFERS_SIZE = 25
const MOST = 100
const PRICES_STALE_MS = 60_000

const next = (page: PageOf<unknown>) => page.next_cursor ?? undefined

/** The models that routes lead to, with the providers that serve them. */
export const offerList = (text: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['prices', 'offers', text],
    queryFn: async ({ pageParam }) => {
      const query = { page_size: OFFERS_SIZE, cursor: pageParam, model: text }
      return unwrap(await api.GET('/api/route/overview', { params: { query } }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: next,
    placeholderData: (before) => before,
    select: ({ pages }) => offersOf(pages.flatMap((page) => page.items)),
  })

/** Several credentials of a provider serve a model at the same price. */
function offersOf(routes: Schemas['OverviewRow'][]): Offer[] {
  const offers = routes.map((route) => ({
    model: route.upstream_model ?? route.model_name,
    provider: route.provider_id,
    providerName: route.provider_name,
  }))
  return [...new Map(offers.map((offer) => [`${offer.provider} ${offer.model}`, offer])).values()]
}

/** The price that would hold for a call now, and who states it. */
export const effectivePrice = (model: string, provider: number) =>
  queryOptions({
    queryKey: ['prices', 'effective', provider, model],
    queryFn: async () => {
      const query = { model, provider_id: provider }
      return unwrap(await api.GET('/api/price/effective', { params: { query } }))
    },
    staleTime: PRICES_STALE_MS,
  })

/** Prices that were stated here or published, by model, the latest first. */
export const statedList = (text: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['prices', 'stated', text],
    queryFn: async ({ pageParam }) => {
      const query = { page_size: PAGE_SIZE, cursor: pageParam, model: text }
      return unwrap(await api.GET('/api/price/', { params: { query } }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: next,
    placeholderData: (before) => before,
  })

/** What was and will be stated for exactly this model, the latest first. */
export const statedFor = (model: string) =>
  queryOptions({
    queryKey: ['prices', 'stated', 'of', model],
    queryFn: async () => {
      const query = { model, p: 0, page_size: MOST }
      const { items } = unwrap(await api.GET('/api/price/', { params: { query } }))
      return items.filter((price) => price.model === model)
    },
  })

/** List prices of vendors, as Sluice knows them by itself. */
export const builtinList = (text: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['prices', 'builtin', text],
    queryFn: async ({ pageParam }) => {
      const query = { page_size: PAGE_SIZE, cursor: pageParam, model: text }
      return unwrap(await api.GET('/api/price/builtin', { params: { query } }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: next,
    placeholderData: (before) => before,
    staleTime: PRICES_STALE_MS,
  })

/** Built-in prices that the data sets behind them do not agree on. */
export const disputeList = (text: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['prices', 'disputed', text],
    queryFn: async ({ pageParam }) => {
      const query = { page_size: DISPUTES_SIZE, cursor: pageParam, model: text }
      return unwrap(await api.GET('/api/price/disputed', { params: { query } }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: next,
    placeholderData: (before) => before,
    staleTime: PRICES_STALE_MS,
  })

/** Models that nobody states a price of. */
export const unpricedList = infiniteQueryOptions({
  queryKey: ['prices', 'unpriced', 'list'],
  queryFn: async ({ pageParam }) => {
    const query = { page_size: PAGE_SIZE, cursor: pageParam }
    return unwrap(await api.GET('/api/price/unpriced', { params: { query } }))
  },
  initialPageParam: firstPage(),
  getNextPageParam: next,
})

/** Providers that a price can be stated for. */
export const providerChoices = queryOptions({
  queryKey: ['providers', 'choices'],
  queryFn: async () => {
    const { items } = unwrap(await api.GET('/api/provider/', { params: { query: { page_size: MOST } } }))
    return items.map(({ id, name }) => ({ value: String(id), label: name }))
  },
})

/** Vendors that a price can be stated for. */
export const vendorChoices = queryOptions({
  queryKey: ['vendors', 'names'],
  queryFn: async () => unwrap(await api.GET('/api/vendor/')).map(({ name }) => name),
  staleTime: Number.POSITIVE_INFINITY,
})

/** Stating a price; the same key states it once, however often it is sent. */
export function useCreatePrice() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ key, body }: { key: string; body: Schemas['NewPriceInput'] }) =>
      unwrap(await api.POST('/api/price/', { params: { header: { 'Idempotency-Key': key } }, body })),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['prices'] }),
        client.invalidateQueries({ queryKey: ['routes'] }),
      ]),
  })
}

/** Deletes a price for good; what was charged at it stays. */
export async function deletePrice(id: number) {
  return unwrap(await api.DELETE('/api/price/{id}', { params: { path: { id } } }))
}
