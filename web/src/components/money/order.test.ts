import { describe, expect, it } from 'vitest'
import { ApiError } from '@/lib/api'
import { changeOf, isOutcomeOpen, NEW_ORDER, orderOf } from './order'

const TYPED = { ...NEW_ORDER, amount: '1,000.000001', memo: ' invoice 7 ' }

describe('a booking', () => {
  it('moves what was typed, to the micro-dollar', () => {
    expect(orderOf({ kind: 'top-up' }, TYPED)).toEqual({
      kind: 'top-up',
      body: { amount_micros: 1_000_000_001, memo: 'invoice 7' },
    })
  })

  it('says of a correction which way the money goes and which book stands against it', () => {
    const order = orderOf({ kind: 'correction' }, { ...TYPED, direction: 'take', book: 'cash' })
    expect(order.body).toMatchObject({ direction: 'take', book: 'cash', amount_micros: 1_000_000_001 })
  })

  it('gives back the call that it was started from', () => {
    const charge = { call: 'call-1', micros: 36 }
    expect(orderOf({ kind: 'refund', charge }, TYPED).body).toMatchObject({ call: 'call-1' })
  })

  it.each([
    ['top-up', 'give', 1_000_000_001],
    ['grant', 'take', 1_000_000_001],
    ['expiry', 'give', -1_000_000_001],
    ['correction', 'take', -1_000_000_001],
    ['correction', 'give', 1_000_000_001],
  ] as const)('%s (%s) changes the balance by %i', (kind, direction, change) => {
    expect(changeOf(kind, { ...TYPED, direction })).toBe(change)
  })

  it('may have been made where no answer came, and was not where it was refused', () => {
    expect(isOutcomeOpen(new ApiError('offline', 0, ''))).toBe(true)
    expect(isOutcomeOpen(new ApiError('internal', 500, ''))).toBe(true)
    expect(isOutcomeOpen(new ApiError('role_too_high', 403, ''))).toBe(false)
  })
})
