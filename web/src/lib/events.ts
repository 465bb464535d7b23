/** One event of a stream. */
export interface ServerEvent {
  /** Empty where the stream names none. */
  name: string
  data: string
}

/** Reads an event stream piece by piece. Events without data are left out. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let event: ServerEvent = { name: '', data: '' }
  try {
    for (;;) {
      const { value, done } = await reader.read()
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of done ? [...lines, rest, ''] : lines) {
        if (line.trim() === '') {
          if (event.data !== '') yield event
          event = { name: '', data: '' }
        } else if (line.startsWith('event:')) event.name = line.slice('event:'.length).trim()
        else if (line.startsWith('data:')) event.data += line.slice('data:'.length).trim()
      }
      if (done) return
    }
  } finally {
    void reader.cancel()
  }
}
