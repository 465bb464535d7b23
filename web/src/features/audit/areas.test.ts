import { expect, test } from 'vitest'
import { areaOf } from './areas'

test.each([
  ['PUT /api/agg-token', 'keys'],
  ['POST /api/provider/{id}/models', 'providers'],
  ['PUT /api/option', 'settings'],
  ['POST /api/user', 'users'],
  // What somebody does to the own account, or by signing in, is no work on users.
  ['POST /api/user/login', undefined],
  ['DELETE /api/user/self/tokens/{token_id}', undefined],
  ['POST /api/setup', undefined],
])('%s is about %s', (action, area) => {
  expect(areaOf(action)).toBe(area)
})
