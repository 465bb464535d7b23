/** Why candidates cannot be used, as the API calls it. */
export const OBSTACLES = [
  'disabled',
  'incapable',
  'not_convertible',
  'out_of_scope',
  'pinned_elsewhere',
  'not_chosen',
  'unpriced',
  'balance_empty',
  'calls_used_up',
  'resting',
  'busy',
  'limit_reached',
] as const

/** What can rest. */
export const SUBJECTS = ['provider', 'credential', 'route'] as const
/** Why something rests. */
export const TROUBLES = [
  'failing',
  'rate_limited',
  'quota_exhausted',
  'unauthorized',
  'model_missing',
] as const

/** What the words of an obstacle tell besides its kind. */
export interface ObstacleFacts {
  /** What rests. */
  subject?: (typeof SUBJECTS)[number]
  /** What happened to it. */
  trouble?: (typeof TROUBLES)[number]
  /** Until when, Unix seconds. */
  until?: number
}

/** Reads what the API says of an obstacle: `its provider rests until 2026-01-31T08:00:00.000Z (failing)`. */
export function readObstacle(text: string): ObstacleFacts {
  const time = /until (\d{4}-\d\d-\d\dT[\d:.]+Z)/.exec(text)?.[1]
  const [, of, why] = /^its (\w+) rests .*\((\w+)\)$/.exec(text) ?? []
  const subject = SUBJECTS.find((name) => name === of)
  const trouble = TROUBLES.find((name) => name === why)
  return {
    ...(subject && { subject }),
    ...(trouble && { trouble }),
    ...(time !== undefined && { until: Date.parse(time) / 1_000 }),
  }
}
