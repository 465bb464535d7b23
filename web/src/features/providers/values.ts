import type { UseFormReturnType } from '@mantine/form'
import type { Schemas } from '@/lib/api'
import type { Provider } from './queries'

/** What stands in the form of a provider. */
export interface ProviderValues {
  vendor: string
  name: string
  baseUrl: string
  key: string
  params: Record<string, string>
  priority: number | ''
  weight: number | ''
  userId: string
  accessToken: string
  proxyUrl: string
  rotation: string
  remark: string
  /** Whether the site is checked in at every day. */
  checksIn: boolean
  /** An empty value keeps the stored one. */
  headers: { key: string; name: string; value: string }[]
  /** Seconds; empty is the usual time. */
  timeouts: Record<Timeout, number | ''>
}

/** What a provider can be too slow with. */
export const TIMEOUTS = ['connect', 'first_byte', 'idle', 'total'] as const

type Timeout = (typeof TIMEOUTS)[number]
const MS = 1_000

/** The form of a provider, new or not. */
export type ProviderForm = UseFormReturnType<ProviderValues>

/** How the credentials of a provider take turns. */
export const ROTATIONS = ['strategy', 'weighted', 'least_used', 'sticky', 'round_robin'] as const

/** The form for a new provider. */
export const NEW_PROVIDER: ProviderValues = {
  vendor: '',
  name: '',
  baseUrl: '',
  key: '',
  params: {},
  priority: '',
  weight: '',
  userId: '',
  accessToken: '',
  proxyUrl: '',
  rotation: 'strategy',
  remark: '',
  checksIn: false,
  headers: [],
  timeouts: { connect: '', first_byte: '', idle: '', total: '' },
}

/** The form for a provider that exists; secrets stay empty, and empty ones stay as they are. */
export function valuesOf(provider: Provider): ProviderValues {
  return {
    ...NEW_PROVIDER,
    vendor: provider.vendor,
    name: provider.name,
    baseUrl: provider.base_url,
    params: provider.params,
    priority: provider.priority,
    weight: provider.weight,
    userId: provider.user_id == null ? '' : String(provider.user_id),
    rotation: provider.rotation,
    remark: provider.remark,
    checksIn: provider.checkin_enabled,
    headers: Object.keys(provider.headers).map((name) => ({ key: name, name, value: '' })),
    timeouts: secondsOf(provider.timeouts),
  }
}

function secondsOf(timeouts: Schemas['TimeoutsView']): ProviderValues['timeouts'] {
  const seconds = (millis: number | null) => (millis === null ? '' : millis / MS)
  return {
    connect: seconds(timeouts.connect_ms),
    first_byte: seconds(timeouts.first_byte_ms),
    idle: seconds(timeouts.idle_ms),
    total: seconds(timeouts.total_ms),
  }
}

function millisOf({ connect, first_byte, idle, total }: ProviderValues['timeouts']): Schemas['TimeoutsView'] {
  const millis = (seconds: number | '') => (seconds === '' ? null : Math.round(seconds * MS))
  return {
    connect_ms: millis(connect),
    first_byte_ms: millis(first_byte),
    idle_ms: millis(idle),
    total_ms: millis(total),
  }
}

/** What the API is told. */
export function bodyOf(values: ProviderValues): Schemas['ProviderInput'] {
  const body: Schemas['ProviderInput'] = {
    name: values.name.trim(),
    params: filled(values.params),
    remark: values.remark,
    rotation: values.rotation,
    user_id: values.userId.trim() === '' ? null : Number(values.userId),
    checkin_enabled: values.checksIn,
    headers: Object.fromEntries(
      values.headers
        .filter(({ name }) => name.trim() !== '')
        .map(({ name, value }) => [name.trim().toLowerCase(), value.trim()]),
    ),
    timeouts: millisOf(values.timeouts),
  }
  if (values.baseUrl.trim() !== '') body.base_url = values.baseUrl.trim()
  if (values.vendor !== '') body.vendor = values.vendor
  if (values.key.trim() !== '') body.key = values.key.trim()
  if (values.accessToken.trim() !== '') body.access_token = values.accessToken.trim()
  if (values.proxyUrl.trim() !== '') body.proxy_url = values.proxyUrl.trim()
  if (values.priority !== '') body.priority = values.priority
  if (values.weight !== '') body.weight = values.weight
  return body
}

function filled(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value.trim() !== ''))
}
