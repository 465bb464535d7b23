/** What the list of keys shows; it stands in the address. */
export interface KeySearch {
  /** Letters of the name. */
  q?: string | undefined
  /** Whose keys an administrator looks at: the own ones, or those of all. */
  whose?: 'all' | undefined
  /** Only the keys of this user. */
  user?: number | undefined
  /** Whether the form for a new key is open. */
  new?: true | undefined
}

/** Reads the address of the list. */
export function readKeySearch(search: Record<string, unknown>): KeySearch {
  const { q, user } = search
  return {
    q: typeof q === 'string' && q !== '' ? q : undefined,
    whose: search['whose'] === 'all' ? 'all' : undefined,
    user: typeof user === 'number' && Number.isSafeInteger(user) ? user : undefined,
    new: search['new'] === true ? true : undefined,
  }
}
