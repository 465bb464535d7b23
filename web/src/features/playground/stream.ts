import { spoken } from '@/lib/api'
import { readEvents } from '@/lib/events'
import { field, textOf } from '@/lib/json'
import { type Answer, noAnswer } from './chat'

interface Order {
  secret: string
  request: { model: string; stream?: boolean }
  signal: AbortSignal
  /** Is told whenever the answer grew. */
  onChange: (answer: Answer) => void
}

/** Asks a model by a key, as an application would, and tells how the answer grows. Never throws. */
export async function ask({ secret, request, signal, onChange }: Order): Promise<Answer> {
  const answer = noAnswer(request.model)
  const began = performance.now()
  const grow = () => {
    answer.firstMs ??= performance.now() - began
    onChange({ ...answer, tools: [...answer.tools] })
  }
  try {
    const response = await fetch('/v1/chat/completions', {
      method: 'POST',
      credentials: 'omit',
      headers: {
        authorization: `Bearer ${secret}`,
        'content-type': 'application/json',
        'accept-language': spoken.language,
      },
      body: JSON.stringify(request),
      signal,
    })
    answer.call = response.headers.get('x-sluice-call') ?? ''
    if (!response.ok) throw new Error(reasonOf(await response.text(), response.status))
    if (request.stream === true && response.body) await follow(response.body, answer, grow)
    else take(answer, JSON.parse(await response.text()))
    grow()
    answer.state = 'done'
  } catch (error) {
    answer.state = signal.aborted ? 'stopped' : 'failed'
    answer.error = signal.aborted || !(error instanceof Error) ? '' : error.message
  }
  answer.totalMs = performance.now() - began
  return answer
}

async function follow(body: ReadableStream<Uint8Array>, answer: Answer, grow: () => void) {
  for await (const { data } of readEvents(body)) {
    if (data !== '[DONE]' && take(answer, JSON.parse(data))) grow()
  }
}

/** Adds what a piece of an answer says; whether it said anything. */
function take(answer: Answer, piece: unknown): boolean {
  const failure = field(piece, 'error')
  if (failure !== undefined && failure !== null) throw new Error(textOf(field(failure, 'message')))
  const choices = field(piece, 'choices')
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  const said = field(choice, 'delta') ?? field(choice, 'message')
  const text = textOf(field(said, 'content'))
  const reasoning = textOf(field(said, 'reasoning_content') ?? field(said, 'reasoning'))
  const tools = field(said, 'tool_calls')
  answer.text += text
  answer.reasoning += reasoning
  if (Array.isArray(tools)) tools.forEach((call: unknown, place) => takeTool(answer, call, place))
  return text !== '' || reasoning !== '' || Array.isArray(tools)
}

function takeTool(answer: Answer, call: unknown, place: number) {
  const index = field(call, 'index')
  const at = typeof index === 'number' ? index : place
  const before = answer.tools[at] ?? { name: '', input: '' }
  const called = field(call, 'function')
  answer.tools[at] = {
    name: before.name + textOf(field(called, 'name')),
    input: before.input + textOf(field(called, 'arguments')),
  }
}

function reasonOf(body: string, status: number): string {
  try {
    const message = textOf(field(field(JSON.parse(body), 'error'), 'message'))
    return message === '' ? `HTTP ${status}` : message
  } catch {
    return `HTTP ${status}`
  }
}
