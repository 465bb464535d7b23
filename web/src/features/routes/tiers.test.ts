import { expect, it } from 'vitest'
import { move, type Ranked, targetOf } from './tiers'

const route = (id: number, priority: number, origin = 'database'): Ranked => ({ id, priority, origin })
const ROUTES = [route(1, 10), route(2, 10), route(3, 5), route(4, 4)]

it('joins others, or stands alone between them with as few changes as possible', () => {
  expect(move(ROUTES, 4, { kind: 'among', priority: 10 })).toEqual([{ id: 4, priority: 10 }])
  expect(move(ROUTES, 4, { kind: 'before', priority: 5 })).toEqual([{ id: 4, priority: 7 }])
  expect(move(ROUTES, 4, { kind: 'before', priority: 10 })).toEqual([{ id: 4, priority: 20 }])
  expect(move(ROUTES, 1, { kind: 'after', priority: 4 })).toEqual([{ id: 1, priority: -6 }])
})

it('raises those above where there is no room', () => {
  const tight = [route(1, 6), route(2, 5), route(3, 4)]
  expect(move([...tight, route(4, 0)], 4, { kind: 'before', priority: 4 })).toEqual([
    { id: 1, priority: 7 },
    { id: 2, priority: 6 },
    { id: 4, priority: 5 },
  ])
})

it('does not move what the configuration file says', () => {
  const tight = [route(1, 5, 'file'), route(2, 4), route(3, 0)]
  expect(move(tight, 3, { kind: 'before', priority: 4 })).toBeNull()
  expect(move(tight, 3, { kind: 'among', priority: 5 })).toEqual([{ id: 3, priority: 5 }])
})

it('leads step by step through the order', () => {
  expect(targetOf(ROUTES, 1, 'earlier')).toEqual({ kind: 'before', priority: 10 })
  expect(targetOf(ROUTES, 3, 'earlier')).toEqual({ kind: 'among', priority: 10 })
  expect(targetOf(ROUTES, 4, 'first')).toEqual({ kind: 'before', priority: 10 })
  expect(targetOf(ROUTES, 4, 'later')).toBeNull()
  expect(targetOf(ROUTES, 1, 'last')).toEqual({ kind: 'after', priority: 4 })
})

it('stays where it is when it is put beside itself', () => {
  expect(move(ROUTES, 3, { kind: 'before', priority: 5 })).toEqual([])
})
