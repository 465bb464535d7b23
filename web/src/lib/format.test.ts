import { describe, expect, it } from 'vitest'
import {
  makeFormat,
  moneyInput,
  readMoney,
  readTime,
  readUnitPrice,
  timeInput,
  unitPriceInput,
} from './format'

const english = makeFormat('en')

describe('money', () => {
  it.each([
    [0, '$0.00'],
    [1_234_567_890, '$1,234.57'],
    [1_500_000, '$1.50'],
    [123_456, '$0.1235'],
    [120_000, '$0.12'],
    [42, '$0.000042'],
    [-42, '−$0.000042'],
    [999_999, '$1.00'],
  ])('%i micro-dollars read %s', (micros, text) => {
    expect(english.money(micros)).toBe(text)
  })

  it('is exact to the last micro-dollar where that is asked for', () => {
    expect(english.exactMoney(1_234_567)).toBe('$1.234567')
    expect(english.exactMoney(9_007_199_254_740_991)).toBe('$9,007,199,254.740991')
  })

  it.each([
    ['1.5', 1_500_000],
    ['$ 1,000', 1_000_000_000],
    ['0.000001', 1],
    ['0.0000001', null],
    ['-1', null],
    ['', null],
    ['1e3', null],
  ])('is read from %j', (text, micros) => {
    expect(readMoney(text)).toBe(micros)
  })

  it('goes into a field and comes back the same', () => {
    for (const micros of [0, 1, 10, 1_500_000, 1_000_000_000_001])
      expect(readMoney(moneyInput(micros))).toBe(micros)
  })

  it.each([
    [0, '$0.00'],
    [40_000_000_000, '$0.04'],
    [10_000_000_500, '$0.0100000005'],
    [1_234_000_000_000_000, '$1,234.00'],
  ])('for a million of something, %i micro-dollars, is %s for one', (rate, text) => {
    expect(english.unitPrice(rate)).toBe(text)
    expect(readUnitPrice(unitPriceInput(rate))).toBe(rate)
  })

  it('shows the sign of what came in and of what went out', () => {
    expect([5_000_000, 0, -36].map(english.change)).toEqual(['+$5.00', '$0.00', '−$0.000036'])
  })

  it('is refused where the browser could not keep it exactly', () => {
    expect(readMoney('9999999999.999999')).toBeNull()
    expect(readUnitPrice('10000')).toBeNull()
  })
})

describe('times', () => {
  it.each([
    [850, '850 ms'],
    [1_234, '1.2 s'],
    [125_000, '2 min 5 sec'],
    [600_000, '10 min'],
    [86_400_000, '24 hr'],
  ])('%i ms last %s', (millis, text) => {
    expect(english.duration(millis)).toBe(text)
  })

  it('with two ends are told as one', () => {
    const from = new Date(2026, 0, 30, 14, 0).getTime() / 1_000
    const to = new Date(2026, 0, 31, 9, 30).getTime() / 1_000
    expect(english.span(from, to)).toBe('Jan 30, 14:00\u2009–\u2009Jan 31, 09:30')
  })

  it('are seen from now, in the language', () => {
    expect(english.ago(1_000 - 180, 1_000)).toBe('3 minutes ago')
    expect(makeFormat('zh-CN').ago(1_000 + 3 * 86_400, 1_000)).toBe('3天后')
  })

  it('go into a field and come back to the minute', () => {
    expect(readTime(timeInput(1_700_000_040))).toBe(1_700_000_040)
    expect(readTime('')).toBeNull()
  })
})
