import { afterEach, expect, test, vi } from 'vitest'
import { ask } from './stream'

afterEach(() => vi.unstubAllGlobals())

function answerWith(body: string, status = 200) {
  vi.stubGlobal('fetch', () =>
    Promise.resolve(new Response(body, { status, headers: { 'x-sluice-call': 'call-1' } })),
  )
}

const order = { secret: 'ag-x', signal: new AbortController().signal, onChange: () => undefined }

test('puts the pieces of a stream together, calls of tools too', async () => {
  const piece = (delta: object) => `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`
  answerWith(
    piece({ content: 'Hel' }) +
      piece({ content: 'lo' }) +
      piece({ tool_calls: [{ index: 0, function: { name: 'add', arguments: '{"a"' } }] }) +
      piece({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }) +
      'data: [DONE]\n\n',
  )
  const answer = await ask({ ...order, request: { model: 'm', stream: true } })
  expect(answer).toMatchObject({ text: 'Hello', state: 'done', call: 'call-1' })
  expect(answer.tools).toEqual([{ name: 'add', input: '{"a":1}' }])
})

test('says what the gateway said when it refused', async () => {
  answerWith('{"error":{"message":"no such model"}}', 404)
  const answer = await ask({ ...order, request: { model: 'm' } })
  expect(answer).toMatchObject({ state: 'failed', error: 'no such model' })
})
