import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from './schema'

/** The named types of the admin API. */
export type Schemas = components['schemas']

/** A request that failed, with what the API says about it in the language of the page. */
export class ApiError extends Error {
  readonly code: string
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** Id of the request, under which the gateway wrote down what happened; empty where it has none. */
  readonly call: string

  /** What is wrong in the request, such as `rules[0].when`; empty where it is nothing in it. */
  readonly field: string

  constructor(code: string, status: number, message: string, more: { call?: string; field?: string } = {}) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.status = status
    this.call = more.call ?? ''
    this.field = more.field ?? ''
  }
}

/** The language that messages of the API are asked for in. */
export const spoken = { language: 'en' }

const speak: Middleware = {
  onRequest({ request }) {
    request.headers.set('accept-language', spoken.language)
    // Tells the gateway that a program of its own asks, where the browser is too old to say so itself.
    request.headers.set('x-requested-with', 'sluice-console')
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    return new ApiError('offline', 0, '')
  },
}

/** The admin API, typed by its own document. */
export const api = createClient<paths>({ baseUrl: window.location.origin, credentials: 'same-origin' })
api.use(speak)

interface Answer<T> {
  data?: { data: T }
  error?: unknown
  response: Response
}

/** Returns what an answer holds, or throws what went wrong as an `ApiError`. */
export function unwrap<T>({ data, error, response }: Answer<T>): T {
  if (data === undefined) throw failure(error, response)
  return data.data
}

/** Returns what an answer says went wrong. */
export function failure(error: unknown, { status, headers }: Response): ApiError {
  const call = headers.get('x-sluice-call') ?? headers.get('x-request-id') ?? ''
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) {
    const field = 'field' in error && typeof error.field === 'string' ? error.field : ''
    return new ApiError(String(error.code), status, String(error.message), { call, field })
  }
  return new ApiError('unreadable', status, '', { call })
}

/** One page of a list, as the API gives it. */
export interface PageOf<T> {
  items: T[]
  has_more: boolean
  next_cursor?: string | null
  total?: number | null
}

/** Where a list begins that is paged by cursor. */
export function firstPage(): string | undefined {
  return undefined
}
