/** How far back the numbers go. */
export const RANGES = ['24h', '7d', '30d', '90d'] as const

/** A time up to now. */
export type Range = (typeof RANGES)[number]

/** The time that the numbers are of: one up to now, or any other. */
export type Period = Range | { from: number; to: number | undefined }

/** Returns the time that the numbers are of. */
export function periodOf({ range, from, to }: DashboardSearch): Period {
  return from === undefined ? (range ?? '24h') : { from, to }
}

/** What the dashboard shows; it stands in the address. */
export interface DashboardSearch {
  /** Whose calls an administrator looks at: those of all, or only the own ones. */
  whose?: 'own' | undefined
  /** How far back the numbers go: a day where nothing is said. */
  range?: Range | undefined
  /** Where any other time begins, instead of `range`; Unix seconds. */
  from?: number | undefined
  /** Where it ends; now where nothing is said. */
  to?: number | undefined
  /** What the charts measure: spending where nothing is said. */
  measure?: 'calls' | 'tokens' | undefined
  /** What the parts are: models where nothing is said. */
  by?: Exclude<Part, 'model'> | undefined
}

/** What the whole can be split by; the last two are the operator's business. */
export const PARTS = ['model', 'key', 'provider', 'user'] as const

/** Something that the whole can be split by. */
export type Part = (typeof PARTS)[number]

/** Reads the address of the dashboard. */
export function readDashboardSearch(search: Record<string, unknown>): DashboardSearch {
  const measure = search['measure']
  const by = search['by']
  const seconds = (value: unknown) =>
    typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
  return {
    whose: search['whose'] === 'own' ? 'own' : undefined,
    range: RANGES.find((name) => name === search['range']),
    from: seconds(search['from']),
    to: seconds(search['to']),
    by: by === 'key' || by === 'provider' || by === 'user' ? by : undefined,
    measure: measure === 'calls' || measure === 'tokens' ? measure : undefined,
  }
}
