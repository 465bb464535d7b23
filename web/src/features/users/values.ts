import type { Schemas } from '@/lib/api'
import type { User } from '@/lib/session'

/** What stands in the form of a user. */
export interface UserValues {
  username: string
  displayName: string
  email: string
  /** Only for a new user. */
  password: string
  role: number
  group: string
  billed: boolean
  requestsPerMinute: number | ''
  tokensPerMinute: number | ''
  concurrency: number | ''
}

/** The form for a new user. */
export const NEW_USER: UserValues = {
  username: '',
  displayName: '',
  email: '',
  password: '',
  role: 1,
  group: 'default',
  billed: false,
  requestsPerMinute: '',
  tokensPerMinute: '',
  concurrency: '',
}

/** The form for a user who exists. */
export function valuesOf(user: User): UserValues {
  return {
    username: user.username,
    displayName: user.display_name,
    email: user.email,
    password: '',
    role: user.role,
    group: user.group,
    billed: user.billed,
    requestsPerMinute: user.limits.requests_per_minute ?? '',
    tokensPerMinute: user.limits.tokens_per_minute ?? '',
    concurrency: user.limits.concurrency ?? '',
  }
}

function shared(values: UserValues) {
  const number = (value: number | '') => (value === '' ? null : value)
  return {
    username: values.username.trim(),
    display_name: values.displayName.trim(),
    email: values.email.trim(),
    group: values.group,
    billed: values.billed,
    limits: {
      requests_per_minute: number(values.requestsPerMinute),
      tokens_per_minute: number(values.tokensPerMinute),
      concurrency: number(values.concurrency),
    },
  }
}

/** What the API is told of a new user. */
export function newBodyOf(values: UserValues): Schemas['NewUserInput'] {
  return { ...shared(values), role: values.role, password: values.password }
}

/** What the API is told of a user who exists. A role that stays is not sent: not everybody may grant it. */
export function bodyOf(values: UserValues, user: User): Schemas['UserInput'] {
  return { ...shared(values), id: user.id, ...(values.role !== user.role && { role: values.role }) }
}
