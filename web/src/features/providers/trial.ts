import { api, failure, type Schemas } from '@/lib/api'
import { readEvents } from '@/lib/events'
import { field, numberOf, textOf } from '@/lib/json'

/** What came of a trial so far. */
export interface Outcome {
  state: 'running' | 'good' | 'failed'
  /** The model's name there. */
  model: string
  text: string
  /** Why it failed. */
  message: string
  status: number | null
  headMs: number | null
  firstMs: number | null
  totalMs: number | null
}

const BEGUN: Outcome = {
  state: 'running',
  model: '',
  text: '',
  message: '',
  status: null,
  headMs: null,
  firstMs: null,
  totalMs: null,
}

/** Where a trial goes and who follows it. */
export interface Trial {
  provider: number
  input: Partial<Schemas['TrialInput']>
  signal: AbortSignal
  onChange: (outcome: Outcome) => void
}

/** Makes a real small call to a provider and tells how it goes. Throws what the API refuses. */
export async function tryProvider({ provider, input, signal, onChange }: Trial): Promise<void> {
  let outcome = BEGUN
  const tell = (more: Partial<Outcome>) => {
    outcome = { ...outcome, ...more }
    onChange(outcome)
  }
  tell({})
  const nothing = { message: null, model: null, provider_token_id: null, route_id: null }
  const { data, error, response } = await api.POST('/api/provider/{id}/test', {
    params: { path: { id: provider } },
    body: { ...nothing, ...input },
    parseAs: 'stream',
    signal,
  })
  if (!data) throw failure(error, response)
  for await (const event of readEvents(data)) tell(changeBy(event.name, JSON.parse(event.data), outcome))
  if (outcome.state === 'running') tell({ state: 'failed' })
}

function changeBy(name: string, data: unknown, before: Outcome): Partial<Outcome> {
  if (name === 'start') return { model: textOf(field(data, 'model')) }
  if (name === 'head')
    return { status: numberOf(field(data, 'status')), headMs: numberOf(field(data, 'after_ms')) }
  if (name === 'text') return { text: before.text + textOf(field(data, 'text')) }
  if (name !== 'done') return {}
  return {
    state: field(data, 'success') === true ? 'good' : 'failed',
    message: textOf(field(data, 'message')),
    status: numberOf(field(data, 'status')),
    // Those who read slowly miss pieces; the last event has the whole.
    text: textOf(field(data, 'answer')),
    firstMs: numberOf(field(data, 'first_text_ms')),
    totalMs: numberOf(field(data, 'total_ms')),
  }
}
