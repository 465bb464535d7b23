import { useState } from 'react'
import { readEvents } from '@/lib/events'
import { field, textOf } from '@/lib/json'

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
      for await (const { data } of readEvents(response.body)) tell({ text: answer.text + wordIn(data) })
    }
  } catch (error) {
    tell({ error: error instanceof Error ? error.message : String(error) })
  }
  tell({ durationMs: performance.now() - began })
}

/** The words of one event of an answer. */
function wordIn(data: string): string {
  if (data === '[DONE]') return ''
  const choices = field(JSON.parse(data), 'choices')
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  return textOf(field(field(choice, 'delta'), 'content'))
}

function errorIn(text: string): string {
  try {
    const message = textOf(field(field(JSON.parse(text), 'error'), 'message'))
    return message === '' ? text : message
  } catch {
    return text
  }
}
