/** Returns a part of something that came from elsewhere; `undefined` where it has no such part. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}

/** Returns a text that came from elsewhere; empty where it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Returns a number that came from elsewhere; `null` where it is none. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
