import type { Schemas } from '@/lib/api'
import { readMoney } from '@/lib/format'
import type { Sample } from './queries'

/** What stands in the form of the sample call. */
export interface SampleValues {
  model: string
  path: string
  message: string
  /** Empty: counted. */
  tokens: number | ''
  maxTokens: number | ''
  isStreamed: boolean
  hasTools: boolean
  hasImage: boolean
  key: string
  group: string
  user: number | ''
  /** Dollars; empty: nothing limits it. */
  budgetLeft: string
  /** One in a line: `name: value`. */
  headers: string
}

/** The paths that calls of each dialect have. */
export const PATHS = ['/v1/chat/completions', '/v1/responses', '/v1/messages'] as const

/** A short question. */
export const FIRST_SAMPLE: SampleValues = {
  model: '',
  path: PATHS[0],
  message: 'Hello!',
  tokens: '',
  maxTokens: '',
  isStreamed: false,
  hasTools: false,
  hasImage: false,
  key: '',
  group: '',
  user: '',
  budgetLeft: '',
  headers: '',
}

// One transparent point.
const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
const ANTHROPIC_MAX = 1_024
const TOOL_PARAMETERS = { type: 'object', properties: {} }

type Body = NonNullable<Schemas['Sample']['body']>

/** Returns the call that is tried on rules. */
export function sampleOf(values: SampleValues): Sample {
  return {
    model: values.model,
    path: values.path,
    key: values.key,
    user: values.user === '' ? 0 : values.user,
    group: values.group === '' ? 'default' : values.group,
    headers: headersOf(values.headers),
    token_count: values.tokens === '' ? null : values.tokens,
    budget_left: readMoney(values.budgetLeft),
    body: bodyOf(values),
  }
}

/** Returns the same call as it would be routed. */
export function previewOf(values: SampleValues): Schemas['PreviewInput'] {
  return { model: values.model, path: values.path, body: bodyOf(values) }
}

function headersOf(text: string): Record<string, string> {
  const pairs = text.split('\n').map((line) => {
    const at = line.indexOf(':')
    return at < 1 ? null : ([line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()] as const)
  })
  return Object.fromEntries(pairs.filter((pair) => pair !== null))
}

/** Returns the request in the dialect of its path. */
export function bodyOf(values: SampleValues): Body {
  const write = { '/v1/messages': anthropic, '/v1/responses': responses }[values.path] ?? chat
  const body: Record<string, unknown> = { model: values.model, ...write(values) }
  if (values.isStreamed) body['stream'] = true
  return isBody(body) ? body : {}
}

/** The API's own document says no more of it than that it is an object. */
function isBody(body: object): body is Body {
  return !Array.isArray(body)
}

function chat({ message, hasImage, hasTools, maxTokens }: SampleValues): object {
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${IMAGE}` } }
  const content = hasImage ? [{ type: 'text', text: message }, image] : message
  return {
    messages: [{ role: 'user', content }],
    ...(maxTokens === '' ? {} : { max_tokens: maxTokens }),
    ...(hasTools
      ? { tools: [{ type: 'function', function: { name: 'look_up', parameters: TOOL_PARAMETERS } }] }
      : {}),
  }
}

function responses({ message, hasImage, hasTools, maxTokens }: SampleValues): object {
  const image = { type: 'input_image', image_url: `data:image/png;base64,${IMAGE}` }
  const text = { type: 'input_text', text: message }
  return {
    input: hasImage ? [{ role: 'user', content: [text, image] }] : message,
    ...(maxTokens === '' ? {} : { max_output_tokens: maxTokens }),
    ...(hasTools ? { tools: [{ type: 'function', name: 'look_up', parameters: TOOL_PARAMETERS }] } : {}),
  }
}

function anthropic({ message, hasImage, hasTools, maxTokens }: SampleValues): object {
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: IMAGE } }
  return {
    max_tokens: maxTokens === '' ? ANTHROPIC_MAX : maxTokens,
    messages: [{ role: 'user', content: hasImage ? [{ type: 'text', text: message }, image] : message }],
    ...(hasTools ? { tools: [{ name: 'look_up', input_schema: TOOL_PARAMETERS }] } : {}),
  }
}
