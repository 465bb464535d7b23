import { useRef, useState } from 'react'
import { type Answer, noAnswer, type Prompt, requestOf, type Settings, type Turn } from './chat'
import { ask } from './stream'

/** A conversation with several models at once. */
export function useConversation(models: string[], settings: Settings, secret: string) {
  const [turns, setTurns] = useState<Turn[]>([])
  const [isBusy, setBusy] = useState(false)
  const stopper = useRef<AbortController>(null)

  const put = (id: string, column: number, answer: Answer) =>
    setTurns((all) =>
      all.map((turn) =>
        turn.id === id
          ? { ...turn, answers: turn.answers.map((old, place) => (place === column ? answer : old)) }
          : turn,
      ),
    )

  const say = async (prompt: Prompt) => {
    const id = crypto.randomUUID()
    const before = turns
    const control = new AbortController()
    stopper.current = control
    setTurns([...before, { id, prompt, answers: models.map(noAnswer) }])
    setBusy(true)
    const asked = models.map(async (model, column) => {
      const request = requestOf(model, settings, before, column, prompt)
      const onChange = (answer: Answer) => put(id, column, answer)
      put(id, column, await ask({ secret, request, signal: control.signal, onChange }))
    })
    await Promise.all(asked)
    setBusy(false)
  }

  return {
    turns,
    isBusy,
    say,
    stop: () => stopper.current?.abort(),
    clear: () => setTurns([]),
  }
}
