import { expect, test } from 'vitest'
import { periodOf, readDashboardSearch } from './search'

test('a time with a beginning goes before a range up to now', () => {
  expect(periodOf(readDashboardSearch({}))).toBe('24h')
  expect(periodOf(readDashboardSearch({ range: '7d' }))).toBe('7d')
  expect(periodOf(readDashboardSearch({ range: '7d', from: 10, to: 20 }))).toEqual({ from: 10, to: 20 })
})

test('what is no time in the address counts as not said', () => {
  expect(periodOf(readDashboardSearch({ from: 'yesterday', to: 1.5 }))).toBe('24h')
})
