/** What the list of providers shows; it stands in the address. */
export interface ProviderSearch {
  /** Letters of the name or address. */
  q?: string | undefined
  /** Whether the form for a new provider is open. */
  new?: true | undefined
}

/** Reads the address of the list. */
export function readProviderSearch(search: Record<string, unknown>): ProviderSearch {
  return {
    q: typeof search['q'] === 'string' && search['q'] !== '' ? search['q'] : undefined,
    new: search['new'] === true ? true : undefined,
  }
}
