import { expect, it } from 'vitest'
import { readEvents, type ServerEvent } from './events'

/** A stream in pieces as small as they come. */
function inPieces(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  return new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
      controller.close()
    },
  })
}

it('reads names and data, however they are cut', async () => {
  const text =
    ': still here\n\nevent: text\ndata: {"text":"你好"}\r\n\r\ndata: [DONE]\n\nevent: done\ndata: {}'
  const events: ServerEvent[] = []
  for await (const event of readEvents(inPieces(text))) events.push(event)
  expect(events).toEqual([
    { name: 'text', data: '{"text":"你好"}' },
    { name: '', data: '[DONE]' },
    { name: 'done', data: '{}' },
  ])
})
