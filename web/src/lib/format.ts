import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

const MICROS = 1_000_000n
/** Decimals of a dollar that an amount has. */
const MONEY_PLACES = 6
/** Decimals of a dollar that the price of one of something has, where that of a million has those of an amount. */
const UNIT_PLACES = 12
const MINUTE = 60
const HOUR = 3_600
const DAY = 86_400

/** Everything that turns numbers, money and times into text. */
export type Format = ReturnType<typeof makeFormat>

/** Returns the formats of the page's language. */
export function useFormat(): Format {
  const { i18n } = useTranslation()
  return useMemo(() => makeFormat(i18n.language), [i18n.language])
}

/** Returns the formats of a language. */
export function makeFormat(language: string) {
  const whole = new Intl.NumberFormat(language)
  const short = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
  const part = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
  const tenth = new Intl.NumberFormat(language, { minimumFractionDigits: 0, maximumFractionDigits: 1 })
  const second = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const precise = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const shortDate = new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' })
  const span = new Intl.DateTimeFormat(language, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const hour = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium', hourCycle: 'h23' })
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const unit = (name: string) => new Intl.NumberFormat(language, { style: 'unit', unit: name })
  const spans = { whole, part: second, hours: unit('hour'), minutes: unit('minute'), seconds: unit('second') }
  return {
    /** A count in full: `12,345`. */
    number: (value: number) => whole.format(value),
    /** A count that has to be short: `12.3K`. */
    compact: (value: number) => short.format(value),
    /** A share between 0 and 1: `12.5%`. */
    percent: (share: number) => part.format(share),
    /** A number with at most one decimal. */
    decimal: (value: number) => tenth.format(value),
    /** Micro-dollars, to as many decimals as the amount deserves. */
    money: (micros: number) => writeMoney(micros, whole, decimalsFor(micros), 2),
    /** Micro-dollars to the last one. */
    exactMoney: (micros: number) => writeMoney(micros, whole, 6, 2),
    /** Micro-dollars to the last one, with a sign also where they came in: `+$5.00`. */
    change: (micros: number) => `${micros > 0 ? '+' : ''}${writeMoney(micros, whole, 6, 2)}`,
    /** Micro-dollars for a million of something, as the price of one. */
    unitPrice: (rate: number) => writeUnitPrice(rate, whole),
    /** Unix seconds: date and time of day. */
    dateTime: (seconds: number) => moment.format(seconds * 1_000),
    /** Unix milliseconds: date and time of day with seconds. */
    preciseTime: (millis: number) => precise.format(millis),
    /** Unix milliseconds: time of day with seconds. */
    clock: (millis: number) => clock.format(millis),
    /** Unix seconds: the day. */
    date: (seconds: number) => day.format(seconds * 1_000),
    /** Unix seconds: the day without its year, such as `Jan 31`. */
    shortDate: (seconds: number) => shortDate.format(seconds * 1_000),
    /** Unix seconds: the time of day, `14:00`. */
    hour: (seconds: number) => hour.format(seconds * 1_000),
    /** Two times in Unix seconds, as short as they are told apart: `Jan 30, 14:00 – Jan 31, 09:00`. */
    span: (from: number, to: number) => span.formatRange(from * 1_000, to * 1_000),
    /** Unix seconds, as seen from now: `3 minutes ago`. */
    ago: (seconds: number, now = Date.now() / 1_000) => relativeTo(seconds - now, relative),
    /** Milliseconds: `850 ms`, `1.2 s`, `2 min 5 sec`, `10 min`, `24 hr`. */
    duration: (millis: number) => writeDuration(millis, spans),
  }
}

/** Amounts below a dollar say little with two decimals. */
function decimalsFor(micros: number): number {
  const size = Math.abs(micros)
  if (size === 0 || size >= 1_000_000) return 2
  return size >= 10_000 ? 4 : 6
}

/** Writes an amount, cut to `most` decimals by rounding half up and without zeros beyond `least`. */
function writeMoney(micros: number, whole: Intl.NumberFormat, most: number, least: number): string {
  const unit = 10n ** BigInt(6 - most)
  const size = BigInt(Math.round(Math.abs(micros)))
  const rounded = ((size + unit / 2n) / unit) * unit
  let decimals = (rounded % MICROS).toString().padStart(6, '0').slice(0, Math.max(most, least))
  while (decimals.length > least && decimals.endsWith('0')) decimals = decimals.slice(0, -1)
  const sign = micros < 0 && rounded > 0n ? '−' : ''
  return `${sign}$${whole.format(rounded / MICROS)}.${decimals}`
}

function writeUnitPrice(rate: number, whole: Intl.NumberFormat): string {
  const [dollars = '0', decimals = ''] = writeDecimal(rate, UNIT_PLACES).split('.')
  return `$${whole.format(BigInt(dollars))}.${decimals.padEnd(2, '0')}`
}

/** Reads an amount of dollars that somebody typed; `null` where it is none, or finer than a micro-dollar. */
export function readMoney(text: string): number | null {
  return readDecimal(text, MONEY_PLACES)
}

/** Writes micro-dollars as the text of an input field: `1.5`. */
export function moneyInput(micros: number): string {
  return writeDecimal(micros, MONEY_PLACES)
}

/** Reads dollars for one of something, as micro-dollars for a million of them; `null` where it is no price. */
export function readUnitPrice(text: string): number | null {
  return readDecimal(text, UNIT_PLACES)
}

/** Writes micro-dollars for a million of something as the dollars for one, for an input field. */
export function unitPriceInput(rate: number): string {
  return writeDecimal(rate, UNIT_PLACES)
}

function readDecimal(text: string, places: number): number | null {
  const parts = /^\s*\$?\s*(\d{1,10})(?:\.(\d*))?\s*$/.exec(text.replaceAll(',', ''))
  const decimals = parts?.[2] ?? ''
  if (!parts || decimals.length > places) return null
  const units = Number(BigInt((parts[1] ?? '0') + decimals.padEnd(places, '0')))
  return Number.isSafeInteger(units) ? units : null
}

function writeDecimal(units: number, places: number): string {
  const digits = BigInt(Math.round(units))
    .toString()
    .padStart(places + 1, '0')
  const decimals = digits.slice(-places).replace(/0+$/, '')
  const whole = digits.slice(0, -places)
  return decimals === '' ? whole : `${whole}.${decimals}`
}

function relativeTo(seconds: number, relative: Intl.RelativeTimeFormat): string {
  const size = Math.abs(seconds)
  if (size < MINUTE) return relative.format(Math.round(seconds), 'second')
  if (size < HOUR) return relative.format(Math.round(seconds / MINUTE), 'minute')
  if (size < DAY) return relative.format(Math.round(seconds / HOUR), 'hour')
  if (size < 60 * DAY) return relative.format(Math.round(seconds / DAY), 'day')
  if (size < 730 * DAY) return relative.format(Math.round(seconds / (30 * DAY)), 'month')
  return relative.format(Math.round(seconds / (365 * DAY)), 'year')
}

type Spans = Record<'whole' | 'part' | 'hours' | 'minutes' | 'seconds', Intl.NumberFormat>

function writeDuration(millis: number, { whole, part, ...long }: Spans): string {
  if (millis < 1_000) return `${whole.format(Math.round(millis))} ms`
  if (millis < MINUTE * 1_000) return `${part.format(millis / 1_000)} s`
  const seconds = Math.round(millis / 1_000)
  if (seconds % HOUR === 0) return long.hours.format(seconds / HOUR)
  const minutes = long.minutes.format(Math.floor(seconds / MINUTE))
  return seconds % MINUTE === 0 ? minutes : `${minutes} ${long.seconds.format(seconds % MINUTE)}`
}

/** Unix seconds as the value of a `datetime-local` field, in the zone of the browser. */
export function timeInput(seconds: number): string {
  const date = new Date(seconds * 1_000)
  const two = (value: number) => value.toString().padStart(2, '0')
  const days = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${days}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** Reads the value of a `datetime-local` field; `null` where it is empty or no time. */
export function readTime(text: string): number | null {
  const millis = Date.parse(text)
  return text === '' || Number.isNaN(millis) ? null : Math.floor(millis / 1_000)
}

/** Returns the time zone of the browser, such as `Asia/Shanghai`. */
export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Returns the time zones that the browser knows by name, `UTC` first. */
export function timeZones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]
}

/** Returns when a day or a month began in the zone of the browser, so many of them ago; Unix seconds. */
export function startOf(unit: 'day' | 'month', ago: number): number {
  const now = new Date()
  const day = unit === 'day' ? now.getDate() - ago : 1
  const month = unit === 'month' ? now.getMonth() - ago : now.getMonth()
  return Math.floor(new Date(now.getFullYear(), month, day).getTime() / 1_000)
}

/** Returns the present time, Unix seconds. */
export function nowSecs(): number {
  return Math.floor(Date.now() / 1_000)
}

/** Returns whether a time is over; Unix seconds. */
export function isPast(seconds: number): boolean {
  return seconds * 1_000 < Date.now()
}

/** Returns whole hours that the browser's clock is ahead of UTC. */
export function browserOffsetHours(): number {
  return Math.round(-new Date().getTimezoneOffset() / 60)
}

/** Dollars, as some numbers of the API are given, in micro-dollars. */
export function microsOf(dollars: number): number {
  return Math.round(dollars * 1_000_000)
}
