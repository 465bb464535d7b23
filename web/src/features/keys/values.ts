import type { Schemas } from '@/lib/api'
import { type Budget, type Period, PERIODS } from '@/lib/budgets'
import { browserZone, moneyInput, readMoney, readTime, timeInput } from '@/lib/format'
import type { Key } from '@/lib/keys'

/** What stands in the form of a key. */
export interface KeyValues {
  name: string
  models: string[]
  defaultModel: string
  /** Empty for never; else as a `datetime-local` field has it. */
  expires: string
  addresses: string
  requestsPerMinute: number | ''
  tokensPerMinute: number | ''
  concurrency: number | ''
  /** Dollars as they are typed, for each kind of period; empty for no budget. */
  budgets: Record<Period, string>
  showsCost: boolean
  strategy: string
  providers: string[]
}

/** The form for a new key. */
export const NEW_KEY: KeyValues = {
  name: '',
  models: [],
  defaultModel: '',
  expires: '',
  addresses: '',
  requestsPerMinute: '',
  tokensPerMinute: '',
  concurrency: '',
  budgets: { day: '', week: '', month: '', total: '' },
  showsCost: false,
  strategy: '',
  providers: [],
}

/** The form for a key that exists. */
export function valuesOf(key: Key, budgets: Budget[]): KeyValues {
  const limits = { ...NEW_KEY.budgets }
  for (const { period, limit_micros: limit } of budgets) {
    const known = PERIODS.find((name) => name === period)
    if (known) limits[known] = moneyInput(limit)
  }
  return {
    name: key.name,
    models: key.model_limits_enabled ? modelsOf(key) : [],
    defaultModel: key.default_model ?? '',
    expires: key.expired_time > 0 ? timeInput(key.expired_time) : '',
    addresses: key.allow_ips,
    requestsPerMinute: key.limits.requests_per_minute ?? '',
    tokensPerMinute: key.limits.tokens_per_minute ?? '',
    concurrency: key.limits.concurrency ?? '',
    budgets: limits,
    showsCost: key.shows_cost,
    strategy: key.strategy ?? '',
    providers: key.providers,
  }
}

/** The models that a key may use, or patterns of them. */
export function modelsOf(key: Key): string[] {
  return key.model_limits.split(',').filter((name) => name !== '')
}

/** The budgets that the API is told. The periods of those that are there go on by the zone that they began with. */
export function budgetsIn(values: KeyValues, present: Budget[]): Schemas['KeyBudgetInput'][] {
  return PERIODS.flatMap((period) => {
    const limit = readMoney(values.budgets[period])
    const zone = present.find((budget) => budget.period === period)?.zone ?? browserZone()
    return limit === null ? [] : [{ period, limit_micros: limit, zone }]
  })
}

/** What the API is told. What only administrators may say is left out for others. */
export function bodyOf(values: KeyValues, speaker: 'user' | 'admin'): Schemas['KeyInput'] {
  const number = (value: number | '') => (value === '' ? null : value)
  const body: Schemas['KeyInput'] = {
    name: values.name.trim(),
    model_limits: values.models.join(','),
    model_limits_enabled: values.models.length > 0,
    default_model: values.defaultModel.trim(),
    expired_time: readTime(values.expires) ?? -1,
    allow_ips: values.addresses,
    limits: {
      requests_per_minute: number(values.requestsPerMinute),
      tokens_per_minute: number(values.tokensPerMinute),
      concurrency: number(values.concurrency),
    },
    shows_cost: values.showsCost,
  }
  if (speaker === 'user') return body
  return { ...body, strategy: values.strategy, providers: values.providers }
}
