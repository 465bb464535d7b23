import { describe, expect, it } from 'vitest'
import type { Version } from './queries'
import { bodyOf, followerOf, newPrice } from './values'

const PUBLISHED: Version = {
  version: 'v1',
  model: 'pear-1',
  scope: 'provider',
  provider_id: 7,
  vendor: null,
  source: 'provider',
  effective_from: 1_700_000_000,
  disputed: false,
  price: {
    standard: {
      base: { input: 2_500_000, output: 10_000_001, call: 10_000_000_500 },
      tiers: [{ above: 200_000, rates: { input: 5_000_000 } }],
    },
    batch: { base: { input: 0 }, tiers: [] },
  },
}

describe('the form of a price', () => {
  it('says what the price said, to the last digit', () => {
    const body = bodyOf(followerOf(PUBLISHED, 'cost'))
    expect(body.price).toEqual(PUBLISHED.price)
    expect([body.model, body.provider_id, body.vendor, body.effective_from]).toEqual([
      'pear-1',
      7,
      null,
      null,
    ])
  })

  it('states nothing for a level that nobody filled in, and 0 where 0 was typed', () => {
    const values = newPrice({ model: ' pear-2 ' })
    if (values.services.standard) values.services.standard.base.output = '0'
    expect(bodyOf(values)).toMatchObject({
      model: 'pear-2',
      price: { standard: { base: { output: 0 }, tiers: [] } },
    })
  })
})
