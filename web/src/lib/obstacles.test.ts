import { expect, it } from 'vitest'
import { readObstacle } from './obstacles'

it('reads who rests, why and until when', () => {
  expect(readObstacle('its credential rests until 2026-01-31T08:00:00.000Z (rate_limited)')).toEqual({
    subject: 'credential',
    trouble: 'rate_limited',
    until: 1_769_846_400,
  })
  expect(readObstacle('it is at its limit until 2026-01-31T08:00:00.500Z')).toEqual({
    until: 1_769_846_400.5,
  })
  expect(readObstacle('its route rests for now (failing)')).toEqual({ subject: 'route', trouble: 'failing' })
  expect(readObstacle('a rule chose others')).toEqual({})
})
