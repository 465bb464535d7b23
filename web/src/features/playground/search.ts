/** Most models side by side. */
export const COLUMNS_MAX = 4

/** What the playground compares; it stands in the address. */
export interface PlaygroundSearch {
  models?: string[] | undefined
}

/** Reads the address of the playground. */
export function readPlaygroundSearch(search: Record<string, unknown>): PlaygroundSearch {
  const given: unknown[] = Array.isArray(search['models']) ? search['models'] : [search['models']]
  const names = given.filter((name) => typeof name === 'string' && name !== '').slice(0, COLUMNS_MAX)
  return { models: names.length === 0 ? undefined : names.map(String) }
}
