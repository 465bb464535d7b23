import { expect, it } from 'vitest'
import { readLosses } from './losses'

it('reads losses with the reasons and the count of what was not told', () => {
  const header = 'messages[0].cache_control;cosmetic;"no such field", n;semantic;"one answer only", more=3'
  expect(readLosses(header)).toEqual({
    losses: [
      { path: 'messages[0].cache_control', isSemantic: false, reason: 'no such field' },
      { path: 'n', isSemantic: true, reason: 'one answer only' },
    ],
    more: 3,
  })
  expect(readLosses('')).toEqual({ losses: [], more: 0 })
})
