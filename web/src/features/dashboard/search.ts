/** How far back the numbers go. */
export const RANGES = ['24h', '7d', '30d'] as const

/** A time up to now. */
export type Range = (typeof RANGES)[number]

/** What the dashboard shows; it stands in the address. */
export interface DashboardSearch {
  /** Whose calls an administrator looks at: those of all, or only the own ones. */
  whose?: 'own' | undefined
  /** How far back the numbers go: a day where nothing is said. */
  range?: Range | undefined
  /** What the chart measures: spending where nothing is said. */
  measure?: 'calls' | 'tokens' | undefined
}

/** Reads the address of the dashboard. */
export function readDashboardSearch(search: Record<string, unknown>): DashboardSearch {
  const measure = search['measure']
  return {
    whose: search['whose'] === 'own' ? 'own' : undefined,
    range: RANGES.find((name) => name === search['range']),
    measure: measure === 'calls' || measure === 'tokens' ? measure : undefined,
  }
}
