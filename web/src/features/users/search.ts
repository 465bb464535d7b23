/** What the list of users shows; it stands in the address. */
export interface UserSearch {
  /** Letters of the name or mail address, or the id. */
  q?: string | undefined
  /** Only this role. */
  role?: number | undefined
  /** Whether the form for a new user is open. */
  new?: true | undefined
}

/** Reads the address of the list. */
export function readUserSearch(search: Record<string, unknown>): UserSearch {
  const { q, role } = search
  return {
    q: typeof q === 'number' || (typeof q === 'string' && q !== '') ? String(q) : undefined,
    role: typeof role === 'number' && Number.isSafeInteger(role) ? role : undefined,
    new: search['new'] === true ? true : undefined,
  }
}
