import { useState } from 'react'

/** What came back, as far as it came. */
export interface Answer {
  text: string
  /** Id of the call, under which the log has it. */
  call?: string
  error?: string
  /** How long it took; absent while it is under way. */
  durationMs?: number
}

/** Returns a way to send one message as an application would, and the answer as it comes. */
export function useAsk(secret: string) {
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [isBusy, setBusy] = useState(false)
  const ask = (model: string, content: string) => {
    setBusy(true)
    setAnswer({ text: '' })
    void stream(secret, { model, stream: true, messages: [{ role: 'user', content }] }, setAnswer).finally(
      () => setBusy(false),
    )
  }
  return { answer, isBusy, ask }
}

async function stream(secret: string, body: object, show: (answer: Answer) => void): Promise<void> {
  const began = performance.now()
  let answer: Answer = { text: '' }
  const tell = (more: Partial<Answer>) => {
    answer = { ...answer, ...more }
    show(answer)
  }
  try {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
    const response = await fetch('/v1/chat/completions', {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    const call = response.headers.get('x-sluice-call')
    if (call !== null) tell({ call })
    if (!response.ok || !response.body) {
      tell({ error: errorIn(await response.text()) })
    } else {
      for await (const piece of pieces(response.body)) tell({ text: answer.text + piece })
    }
  } catch (error) {
    tell({ error: error instanceof Error ? error.message : String(error) })
  }
  tell({ durationMs: performance.now() - began })
}

/** The words of a streamed answer, as they come. */
async function* pieces(body: NonNullable<Response['body']>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (rest + value).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const word = wordIn(line)
      if (word !== '') yield word
    }
  }
}

/** The words in one line of an event stream. */
export function wordIn(line: string): string {
  if (!line.startsWith('data:') || line.includes('[DONE]')) return ''
  const event: unknown = JSON.parse(line.slice('data:'.length))
  const content = at(at(at(at(event, 'choices'), '0'), 'delta'), 'content')
  return typeof content === 'string' ? content : ''
}

function errorIn(text: string): string {
  try {
    const message = at(at(JSON.parse(text), 'error'), 'message')
    return typeof message === 'string' ? message : text
  } catch {
    return text
  }
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined
}
