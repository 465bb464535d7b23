/** What has a place in the order. */
export interface Ranked {
  id: number
  priority: number
  /** What stands in the configuration file keeps its priority. */
  origin: string
}

/** Where something goes: among those of a priority, or between them on its own. */
export type Target = { kind: 'among'; priority: number } | { kind: 'before' | 'after'; priority: number }

/** A way to move something by one step, or to the end. */
export type Step = 'first' | 'earlier' | 'later' | 'last'

/** A new priority. */
export interface Change {
  id: number
  priority: number
}

/** Returns the priorities that occur, highest first. */
export function tiersOf(routes: Ranked[]): number[] {
  return [...new Set(routes.map(({ priority }) => priority))].sort((one, other) => other - one)
}

/** Returns where a step leads, or `null` where it leads nowhere. Out of company it first stands alone. */
export function targetOf(routes: Ranked[], id: number, step: Step): Target | null {
  const moved = routes.find((route) => route.id === id)
  if (!moved) return null
  const tiers = tiersOf(routes)
  const at = tiers.indexOf(moved.priority)
  const isAlone = routes.every((route) => route.id === id || route.priority !== moved.priority)
  const isUp = step === 'first' || step === 'earlier'
  const end = isUp ? tiers[0] : tiers.at(-1)
  const kind = isUp ? 'before' : 'after'
  if (end === undefined || (isAlone && end === moved.priority)) return null
  if (step === 'first' || step === 'last') return { kind, priority: end }
  const next = tiers[isUp ? at - 1 : at + 1]
  if (isAlone && next !== undefined) return { kind: 'among', priority: next }
  return { kind, priority: moved.priority }
}

/** Returns the priorities that have to change, as few as possible; `null` where that is not possible. */
export function move(routes: Ranked[], id: number, target: Target): Change[] | null {
  const moved = routes.find((route) => route.id === id)
  if (!moved) return []
  const others = routes.filter((route) => route.id !== id)
  if (target.kind === 'among') return changesOf(routes, new Map([[id, target.priority]]))
  // Lowest first, as priorities are only ever raised to make room.
  const tiers = tiersOf(others).reverse()
  const isOwn = !tiers.includes(target.priority)
  if (isOwn) return []
  const at = tiers.indexOf(target.priority) + (target.kind === 'before' ? 1 : 0)
  const below = tiers[at - 1]
  const above = tiers[at]
  const wanted = between(below, above)
  const raised = new Map([[id, wanted]])
  let least = wanted + 1
  for (const tier of tiers.slice(at)) {
    const priority = Math.max(tier, least)
    for (const route of others) if (route.priority === tier) raised.set(route.id, priority)
    least = priority + 1
  }
  return changesOf(routes, raised)
}

const STEP = 10

function between(below: number | undefined, above: number | undefined): number {
  if (below === undefined) return above === undefined ? 0 : above - STEP
  if (above === undefined) return below + STEP
  return above - below > 1 ? Math.floor((above + below) / 2) : below + 1
}

function changesOf(routes: Ranked[], wanted: Map<number, number>): Change[] | null {
  const changed = routes.filter((route) => (wanted.get(route.id) ?? route.priority) !== route.priority)
  if (changed.some((route) => route.origin === 'file')) return null
  return changed.map(({ id, priority }) => ({ id, priority: wanted.get(id) ?? priority }))
}
