/** The groups of accounts that are listed. */
export const GROUPS = ['user', 'key', 'operator', 'all'] as const

/** A group of accounts. */
export type AccountGroup = (typeof GROUPS)[number]

/** Which accounts are listed; it stands in the address. */
export interface AccountSearch {
  /** Those of users where nothing is said. */
  group?: AccountGroup | undefined
}

/** Reads the address of the list. */
export function readAccountSearch(search: Record<string, unknown>): AccountSearch {
  return { group: GROUPS.find((name) => name === search['group']) }
}
