// The openai SDK for Node, against Sluice or, with SLUICE_TEST_DIRECT=1, against the upstream itself.

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { CALL_TIMEOUT_MS, DIRECT, openWorld, require } from './world.mjs'

const { default: OpenAI, toFile, ...sdk } = require('openai')

const ASK = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello there' }] }
const WEATHER = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: { location: { type: 'string' } } } },
}

let world, upstream, client

before(async () => {
  const models = ['gpt-*', 'whisper-1', 'text-embedding-3-small']
  world = await openWorld({ openai: 'openai' }, () => ({ vendor: 'openai', models }))
  upstream = world.upstreams.openai
  const [base, apiKey] = DIRECT ? [upstream.base, upstream.secret] : [world.base, world.key]
  client = new OpenAI({ baseURL: `${base}/v1`, apiKey, maxRetries: 0, timeout: CALL_TIMEOUT_MS })
})

beforeEach(() => upstream.reset())

after(() => world?.close())

test('a chat is answered', async () => {
  const answer = await client.chat.completions.create(ASK)
  assert.equal(answer.choices[0].message.content, 'You said: Hello there')
  assert.equal(answer.usage.completion_tokens, 6)
})

test('a chat streams', async () => {
  const stream = await client.chat.completions.create({ ...ASK, stream: true, stream_options: { include_usage: true } })
  let text = ''
  let usage = null
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    usage = chunk.usage
  }
  assert.equal(text, 'You said: Hello there')
  assert.equal(usage.total_tokens, 9)
})

test('tools are called and their results answered', async () => {
  const messages = [{ role: 'user', content: 'How is the weather in Oslo?' }]
  const asked = await client.chat.completions.create({ ...ASK, messages, tools: [WEATHER] })
  const said = asked.choices[0].message
  assert.deepEqual(JSON.parse(said.tool_calls[0].function.arguments), { location: 'Oslo' })
  const result = { role: 'tool', tool_call_id: said.tool_calls[0].id, content: 'snow' }
  const answer = await client.chat.completions.create({ ...ASK, messages: [...messages, said, result], tools: [WEATHER] })
  assert.equal(answer.choices[0].message.content, 'The tool says: snow')
})

test('a file of six megabytes is transcribed', async () => {
  const file = await toFile(Buffer.alloc(6 * 1024 * 1024, 7), 'speech.wav')
  const answer = await client.audio.transcriptions.create({ model: 'whisper-1', file })
  assert.equal(answer.text, 'This recording has 6291456 bytes.')
})

test('embeddings come as numbers', async () => {
  const answer = await client.embeddings.create({ model: 'text-embedding-3-small', input: 'one', dimensions: 8 })
  assert.equal(answer.data[0].embedding.length, 8)
})

test('a response is made, fetched and streamed', async () => {
  const made = await client.responses.create({ model: 'gpt-4o', input: 'Hello there' })
  assert.equal(made.output_text, 'You said: Hello there')
  const fetched = await client.responses.retrieve(made.id)
  assert.equal(fetched.output[0].content[0].text, made.output_text)
  const kinds = []
  for await (const event of await client.responses.create({ model: 'gpt-4o', input: 'Hello', stream: true })) {
    kinds.push(event.type)
  }
  assert.deepEqual([kinds[0], kinds.at(-1)], ['response.created', 'response.completed'])
})

for (const [status, kind] of [
  [400, 'BadRequestError'],
  [403, 'PermissionDeniedError'],
  [404, 'NotFoundError'],
  [422, 'UnprocessableEntityError'],
  [429, 'RateLimitError'],
  [500, 'InternalServerError'],
  [503, 'InternalServerError'],
]) {
  test(`${status} is raised as ${kind}`, async () => {
    await upstream.fail(status, 'no such luck', [['retry-after', '9']])
    await assert.rejects(client.chat.completions.create(ASK), (error) => {
      assert.ok(error instanceof sdk[kind], `${error}`)
      assert.deepEqual([error.status, error.code, error.headers.get('retry-after')], [status, 'scripted_code', '9'])
      return true
    })
  })
}

test('a wrong key is an authentication error', async () => {
  const stranger = client.withOptions({ apiKey: 'sk-wrong' })
  await assert.rejects(stranger.chat.completions.create(ASK), sdk.AuthenticationError)
})

test('leaving a stream frees the upstream', async () => {
  await upstream.script({ then: { pace: { between_chunks_ms: 60_000 } } })
  const stream = await client.chat.completions.create({ ...ASK, stream: true })
  for await (const _ of stream) break
  stream.controller.abort()
  const left = Date.now() / 1000
  const seen = await upstream.seen('cancellations?at_least=1')
  assert.equal(seen.length, 1)
  assert.ok(seen[0].at - left < 0.1)
})

test('fifty calls at once get their own answers', async () => {
  const ask = async (number) => {
    const messages = [{ role: 'user', content: `number ${number}` }]
    return (await client.chat.completions.create({ ...ASK, messages })).choices[0].message.content
  }
  const numbers = [...Array(50).keys()]
  assert.deepEqual(await Promise.all(numbers.map(ask)), numbers.map((number) => `You said: number ${number}`))
})
