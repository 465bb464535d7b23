/** What the list of keys shows; it stands in the address. */
export interface KeySearch {
  /** Letters of the name. */
  q?: string | undefined
  /** Whether the form for a new key is open. */
  new?: true | undefined
}

/** Reads the address of the list. */
export function readKeySearch(search: Record<string, unknown>): KeySearch {
  return {
    q: typeof search['q'] === 'string' && search['q'] !== '' ? search['q'] : undefined,
    new: search['new'] === true ? true : undefined,
  }
}
