/** The roles by number, as the API has them. */
export const ROLES = [
  { number: 0, name: 'guest' },
  { number: 1, name: 'common' },
  { number: 10, name: 'admin' },
  { number: 100, name: 'root' },
] as const

/** Returns the name of a role. */
export function roleOf(number: number): (typeof ROLES)[number]['name'] {
  return ROLES.find((role) => role.number === number)?.name ?? 'common'
}
