import type { Schemas } from '@/lib/api'
import { moneyInput, readMoney, readTime, readUnitPrice, unitPriceInput } from '@/lib/format'
import { newId } from '@/lib/ids'
import { CLASSES, isByPiece, type PriceClass, type Service, SERVICES } from './classes'
import type { Schedule, Version } from './queries'

/** Dollars as they are typed, for a million tokens or for one call, second or image; empty where nothing is stated. */
export type RateValues = Record<PriceClass, string>

/** Rates of requests that read more than so many tokens. */
export interface TierValues {
  key: string
  above: number | ''
  rates: RateValues
}

/** The rates of a service level. */
export interface ScheduleValues {
  base: RateValues
  tiers: TierValues[]
}

/** What stands in the form of a price. */
export interface PriceValues {
  model: string
  /** Where it holds. */
  place: 'any' | 'provider' | 'vendor'
  /** Id of the provider, where it holds at one. */
  provider: string | null
  vendor: string | null
  purpose: 'cost' | 'sell'
  /** Empty for now; else as a `datetime-local` field has it. */
  from: string
  remark: string
  /** `null` for a level that costs what the standard one does. */
  services: Record<Service, ScheduleValues | null>
}

const NO_RATES: RateValues = {
  input: '',
  output: '',
  cache_read: '',
  cache_write_5m: '',
  cache_write_1h: '',
  reasoning: '',
  input_image: '',
  input_audio: '',
  output_image: '',
  output_audio: '',
  call: '',
  second: '',
  image: '',
}

/** Returns the form of a service level that nothing is stated for yet. */
export function emptySchedule(): ScheduleValues {
  return { base: { ...NO_RATES }, tiers: [] }
}

/** Returns a tier to fill in. */
export function emptyTier(): TierValues {
  return { key: newId(), above: '', rates: { ...NO_RATES } }
}

/** Returns the form for a new price, which may be known in part. */
export function newPrice(known: Partial<PriceValues> = {}): PriceValues {
  return {
    model: '',
    place: 'any',
    provider: null,
    vendor: null,
    purpose: 'cost',
    from: '',
    remark: '',
    services: { standard: emptySchedule(), batch: null, flex: null, priority: null },
    ...known,
  }
}

/** Returns the form of the services of a price that exists. */
export function servicesOf({ price }: Version): PriceValues['services'] {
  const read = (schedule: Schedule | null | undefined) => (schedule ? scheduleOf(schedule) : null)
  return {
    standard: scheduleOf(price.standard),
    batch: read(price.batch),
    flex: read(price.flex),
    priority: read(price.priority),
  }
}

/** Returns the form of a price that follows another one. */
export function followerOf(version: Version, purpose: PriceValues['purpose'], remark = ''): PriceValues {
  return newPrice({
    model: version.model,
    place: version.scope === 'provider' || version.scope === 'vendor' ? version.scope : 'any',
    provider: version.provider_id == null ? null : String(version.provider_id),
    vendor: version.vendor ?? null,
    purpose,
    remark,
    services: servicesOf(version),
  })
}

function scheduleOf({ base, tiers = [] }: Schedule): ScheduleValues {
  return {
    base: ratesOf(base),
    tiers: tiers.map((tier) => ({ key: newId(), above: tier.above, rates: ratesOf(tier.rates) })),
  }
}

function ratesOf(rates: Schedule['base']): RateValues {
  const values = { ...NO_RATES }
  for (const name of CLASSES) {
    const rate = rates[name]
    if (rate !== undefined) values[name] = isByPiece(name) ? unitPriceInput(rate) : moneyInput(rate)
  }
  return values
}

/** Reads a rate that was typed, in micro-dollars per million; `null` where it is none. */
export function readRate(name: PriceClass, text: string): number | null {
  return isByPiece(name) ? readUnitPrice(text) : readMoney(text)
}

/** Returns the rates that were typed; those that cannot be read are left out. */
export function readRates(values: RateValues): Schedule['base'] {
  const rates: Schedule['base'] = {}
  for (const name of CLASSES) {
    const rate = values[name].trim() === '' ? null : readRate(name, values[name])
    if (rate !== null) rates[name] = rate
  }
  return rates
}

function readSchedule({ base, tiers }: ScheduleValues): Schemas['ScheduleBody'] {
  const read = tiers.map(({ above, rates }) => ({ above: above === '' ? 0 : above, rates: readRates(rates) }))
  return { base: readRates(base), tiers: read.toSorted((one, other) => one.above - other.above) }
}

/** What the API is told. */
export function bodyOf(values: PriceValues): Schemas['NewPriceInput'] {
  const { standard } = values.services
  const price: Schemas['PriceBody'] = { standard: readSchedule(standard ?? emptySchedule()) }
  for (const name of SERVICES) {
    const stated = values.services[name]
    if (name !== 'standard' && stated) price[name] = readSchedule(stated)
  }
  return {
    model: values.model.trim(),
    purpose: values.purpose,
    provider_id: values.place === 'provider' ? Number(values.provider) : null,
    vendor: values.place === 'vendor' ? values.vendor : null,
    effective_from: readTime(values.from),
    remark: values.remark,
    price,
  }
}
