// The openai and anthropic SDKs for Node on an upstream of every dialect.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CALL_TIMEOUT_MS, DIRECT, ONLY, PIXEL, openCells, require } from './world.mjs'

const openai = require('openai')
const anthropic = require('@anthropic-ai/sdk')
const { zodResponseFormat, zodTextFormat } = require('openai/helpers/zod')
const { z } = require('zod')

const QUESTION = 'How is the weather in Oslo and Rome?'
const NAME = 'get_weather'
const PARAMETERS = { type: 'object', properties: { location: { type: 'string' } }, required: ['location'], additionalProperties: false }
const Person = z.object({ name: z.string(), age: z.number() })
const PERSON = { name: 'text', age: 1.5 }

let world

before(async () => {
  if (!DIRECT) world = await openCells()
})
after(() => world?.close())

// Each client says what it heard in no dialect: text, thoughts, places asked for, output tokens, and the turns that go on.
const connect = (Client, base) => new Client({ baseURL: base, apiKey: world.key, maxRetries: 0, timeout: CALL_TIMEOUT_MS })

const chat = {
  RateLimitError: openai.RateLimitError,
  ApiError: openai.APIError,
  connect: () => connect(openai.OpenAI, `${world.base}/v1`),
  image: { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
  async say(client, model, messages, { tools, thinks, wantsPerson, stream } = {}) {
    const options = { model, messages }
    if (tools) options.tools = [{ type: 'function', function: { name: NAME, parameters: PARAMETERS, strict: true } }]
    if (thinks) options.reasoning_effort = 'low'
    if (wantsPerson) options.response_format = zodResponseFormat(Person, 'person')
    const { completions } = client.chat
    const answer = stream
      ? await completions.stream({ ...options, stream_options: { include_usage: true } }).finalChatCompletion()
      : await completions.parse(options)
    const { message } = answer.choices[0]
    const calls = message.tool_calls ?? []
    return {
      text: message.content ?? '',
      // The SDK's accumulator keeps only the last piece of what OpenAI does not document.
      thoughts: stream ? null : message.reasoning_content,
      places: calls.map((call) => JSON.parse(call.function.arguments).location),
      person: message.parsed,
      output: answer.usage.completion_tokens,
      turns: [...messages, message],
      results: (texts) => calls.map((call, index) => ({ role: 'tool', tool_call_id: call.id, content: texts[index] })),
    }
  },
}

const responses = {
  RateLimitError: openai.RateLimitError,
  ApiError: openai.APIError,
  connect: chat.connect,
  image: { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${PIXEL}` },
  textType: 'input_text',
  async say(client, model, input, { tools, thinks, wantsPerson, stream } = {}) {
    const options = { model, input }
    if (tools) options.tools = [{ type: 'function', name: NAME, parameters: PARAMETERS, strict: true }]
    if (thinks) Object.assign(options, { reasoning: { effort: 'low', summary: 'auto' }, include: ['reasoning.encrypted_content'] })
    if (wantsPerson) options.text = { format: zodTextFormat(Person, 'person') }
    const answer = stream ? await client.responses.stream(options).finalResponse() : await client.responses.parse(options)
    const of = (type) => answer.output.filter((item) => item.type === type)
    const calls = of('function_call')
    return {
      text: of('message').flatMap((item) => item.content).map((part) => part.text).join(''),
      thoughts: of('reasoning').flatMap((item) => item.summary).map((part) => part.text).join(''),
      places: calls.map((call) => JSON.parse(call.arguments).location),
      person: answer.output_parsed,
      output: answer.usage.output_tokens,
      turns: [...input, ...answer.output.map(({ parsed_arguments, ...item }) => item)],
      results: (texts) =>
        calls.map((call, index) => ({ type: 'function_call_output', call_id: call.call_id, output: texts[index] })),
    }
  },
}

const messages = {
  RateLimitError: anthropic.RateLimitError,
  ApiError: anthropic.APIError,
  connect: () => connect(anthropic.Anthropic, world.base),
  image: { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
  async say(client, model, turns, { tools, thinks, wantsPerson, stream } = {}) {
    const options = { model, messages: turns, max_tokens: 4000 }
    if (tools) options.tools = [{ name: NAME, input_schema: PARAMETERS }]
    if (thinks) options.thinking = { type: 'enabled', budget_tokens: 1024 }
    if (wantsPerson) options.output_config = { format: { type: 'json_schema', schema: z.toJSONSchema(Person) } }
    const answer = stream ? await client.messages.stream(options).finalMessage() : await client.messages.create(options)
    const of = (type) => answer.content.filter((block) => block.type === type)
    const calls = of('tool_use')
    const text = of('text').map((block) => block.text).join('')
    return {
      text,
      thoughts: of('thinking').map((block) => block.thinking).join(''),
      places: calls.map((call) => call.input.location),
      person: wantsPerson ? JSON.parse(text) : null,
      output: answer.usage.output_tokens,
      turns: [...turns, { role: 'assistant', content: answer.content }],
      results: (texts) => [
        {
          role: 'user',
          content: calls.map((call, index) => ({ type: 'tool_result', tool_use_id: call.id, content: texts[index] })),
        },
      ],
    }
  },
}

for (const [dialect, kind] of Object.entries({ chat, responses, messages })) {
  for (const name of Object.keys(ONLY)) {
    for (const stream of [false, true]) {
      // Asks in a world where nothing happened before, and afterwards no upstream may have refused anything.
      const cell = (title, body) =>
        test(`${dialect} on ${name}, ${stream ? 'streamed' : 'whole'}: ${title}`, { skip: DIRECT }, async () => {
          const upstream = world.upstreams[name]
          await upstream.reset()
          await body((turns, wish) => kind.say(kind.connect(), name, turns, { ...wish, stream }), upstream)
          assert.deepEqual(await upstream.refusals(), [])
        })
      const asked = (content) => [{ role: 'user', content }]

      cell('a question is answered', async (say) => {
        const said = await say(asked('Hello there'))
        assert.deepEqual([said.text, said.output], ['You said: Hello there', 6])
      })

      cell('tools are called with thoughts that go back', async (say) => {
        const wish = { tools: true, thinks: true }
        const said = await say(asked(QUESTION), wish)
        assert.deepEqual(said.places, ['Oslo', 'Rome'])
        assert.equal(said.thoughts ?? `The user asks: ${QUESTION}`, `The user asks: ${QUESTION}`)
        const answer = await say([...said.turns, ...said.results(['rain', 'sun'])], wish)
        assert.match(answer.text, /^The tool says: (.*rain.*sun|.*sun.*rain)/)
      })

      cell('structured output is parsed', async (say) => {
        const said = await say(asked('Who?'), { wantsPerson: true })
        assert.deepEqual(said.person, PERSON)
      })

      cell('images are seen', async (say) => {
        const said = await say(asked([kind.image, { type: kind.textType ?? 'text', text: 'What is this?' }]))
        assert.equal(said.text, 'I see one image. You said: What is this?')
      })

      cell('a rate limit is one', async (say, upstream) => {
        await upstream.fail(429, 'slow down', [['retry-after', '17']])
        await assert.rejects(say(asked('Hello')), (error) => {
          assert.ok(error instanceof kind.RateLimitError, `${error}`)
          assert.deepEqual([error.status, error.headers.get('retry-after')], [429, '17'])
          return true
        })
      })
    }

    test(`${dialect} on ${name}: an error amid a stream is raised`, { skip: DIRECT }, async () => {
      const upstream = world.upstreams[name]
      const cut = { kind: 'error_after_chunks', chunks: 5, failure: { status: 500, message: 'fell over' } }
      const answer = { kind: 'text', text: 'one two three four five six seven eight nine' }
      await upstream.reset()
      await upstream.script({ then: { answer, cut } })
      const say = kind.say(kind.connect(), name, [{ role: 'user', content: 'Hello' }], { stream: true })
      await assert.rejects(say, (error) => {
        // The SDK for responses tells of an error event in words of its own.
        return dialect === 'responses' || (error instanceof kind.ApiError && /fell over/.test(`${error}`))
      })
    })
  }
}
