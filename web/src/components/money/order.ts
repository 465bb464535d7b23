import type { Order, OrderKind } from '@/lib/accounts'
import { ApiError } from '@/lib/api'
import { readMoney } from '@/lib/format'
import type { StartedOrder } from './OrderModal'

/** What stands in the form of a booking. */
export interface OrderValues {
  /** Dollars as they are typed. */
  amount: string
  memo: string
  direction: 'give' | 'take'
  book: 'revenue' | 'cash' | 'cost'
}

/** The form of a booking that nothing was filled into yet. */
export const NEW_ORDER: OrderValues = { amount: '', memo: '', direction: 'give', book: 'revenue' }

/** Returns what a booking changes the balance by. */
export function changeOf(kind: OrderKind, { amount, direction }: OrderValues): number {
  const micros = readMoney(amount) ?? 0
  const isOut = kind === 'expiry' || (kind === 'correction' && direction === 'take')
  return isOut ? -micros : micros
}

/** What the API is told. */
export function orderOf({ kind, charge }: StartedOrder, values: OrderValues): Order {
  const body = { amount_micros: readMoney(values.amount) ?? 0, memo: values.memo.trim() }
  if (kind === 'refund') return { kind, body: { ...body, call: charge?.call ?? '' } }
  if (kind === 'correction') {
    return { kind, body: { ...body, direction: values.direction, book: values.book } }
  }
  return { kind, body }
}

/** Returns whether it is open, after an error, if the booking was made: nothing came back, or the gateway itself failed. */
export function isOutcomeOpen(error: Error): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 500
}
