/** The parts of the admin API, by the first word of their paths, as the navigation names them. */
const AREAS = {
  account: 'accounts',
  'agg-token': 'keys',
  budget: 'budgets',
  group: 'groups',
  job: 'jobs',
  ledger: 'accounts',
  option: 'settings',
  price: 'prices',
  provider: 'providers',
  route: 'models',
  routing: 'rules',
  user: 'users',
} as const

/** A part of Sluice that the navigation has a name for. */
export type Area = (typeof AREAS)[keyof typeof AREAS]

/** Returns what an action such as `PUT /api/agg-token/{id}` is about; nothing where the navigation has no name for it. */
export function areaOf(action: string): Area | undefined {
  const path = action.split(' ').at(-1) ?? ''
  if (path.startsWith('/api/user/self') || path.startsWith('/api/user/log')) return undefined
  const word = path.split('/')[2]
  return Object.entries(AREAS).find(([name]) => name === word)?.[1]
}
