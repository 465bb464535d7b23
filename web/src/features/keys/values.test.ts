import { expect, test } from 'vitest'
import type { Budget } from '@/lib/budgets'
import type { Key } from '@/lib/keys'
import { budgetsIn, NEW_KEY, valuesOf } from './values'

const monthly = { period: 'month', limit_micros: 2_500_000, zone: 'Asia/Shanghai' } as Budget
const key = { name: 'laptop', limits: {}, providers: [], model_limits: '', allow_ips: '' } as unknown as Key

test('only the periods with an amount become budgets', () => {
  const budgets = { day: ' ', week: '', month: '', total: '1.5' }
  const [only, ...others] = budgetsIn({ ...NEW_KEY, budgets }, [])
  expect(others).toEqual([])
  expect(only).toMatchObject({ period: 'total', limit_micros: 1_500_000 })
})

test('a budget that is there keeps its zone, and goes when its amount is taken away', () => {
  const values = valuesOf(key, [monthly])
  expect(values.budgets).toEqual({ day: '', week: '', month: '2.5', total: '' })
  expect(budgetsIn(values, [monthly])).toEqual([
    { period: 'month', limit_micros: 2_500_000, zone: 'Asia/Shanghai' },
  ])
  expect(budgetsIn({ ...values, budgets: NEW_KEY.budgets }, [monthly])).toEqual([])
})
