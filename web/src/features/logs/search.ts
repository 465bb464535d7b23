/** Which calls the log shows; it stands in the address, so that a view can be sent to somebody. */
export interface LogSearch {
  model?: string | undefined
  provider?: string | undefined
  user?: string | undefined
  key?: number | undefined
  status?: 'success' | 'error' | undefined
  outcome?: 'complete' | 'abandoned' | 'broken' | 'refused' | undefined
  /** Unix seconds. */
  from?: number | undefined
  /** Unix seconds. */
  to?: number | undefined
  /** Hours back from now, instead of `from` and `to`. */
  hours?: number | undefined
  /** Whether new calls appear by themselves. */
  live?: true | undefined
  /** Whose calls an administrator looks at: those of all, or only the own ones. */
  whose?: 'own' | undefined
}

/** How calls can end. */
export const OUTCOMES = ['complete', 'abandoned', 'broken', 'refused'] as const

/** Reads the address of the log. */
export function readLogSearch(search: Record<string, unknown>): LogSearch {
  const text = (name: string) => {
    const value = search[name]
    if (typeof value === 'number') return String(value)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const number = (name: string) => {
    const value = search[name]
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
  }
  const status = text('status')
  return {
    model: text('model'),
    provider: text('provider'),
    user: text('user'),
    key: number('key'),
    status: status === 'success' || status === 'error' ? status : undefined,
    outcome: OUTCOMES.find((name) => name === search['outcome']),
    from: number('from'),
    to: number('to'),
    hours: number('hours'),
    live: search['live'] === true ? true : undefined,
    whose: search['whose'] === 'own' ? 'own' : undefined,
  }
}
