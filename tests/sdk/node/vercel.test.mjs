// The Vercel AI SDK on an upstream of every dialect: its own tool loop, streams and structured output.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DIRECT, ONLY, PIXEL, openCells, require } from './world.mjs'

const { APICallError, Output, generateText, stepCountIs, streamText, tool } = require('ai')
const { createOpenAI } = require('@ai-sdk/openai')
const { createAnthropic } = require('@ai-sdk/anthropic')
const { createGoogleGenerativeAI } = require('@ai-sdk/google')
const { z } = require('zod')

const QUESTION = 'How is the weather in Oslo and Rome?'

let world

before(async () => {
  if (!DIRECT) world = await openCells()
})
after(() => world?.close())

const openai = () => createOpenAI({ baseURL: `${world.base}/v1`, apiKey: world.key })
const reasoning = { openai: { forceReasoning: true, reasoningEffort: 'low', reasoningSummary: 'auto' } }
const DIALECTS = {
  chat: { model: (name) => openai().chat(name), thinking: reasoning },
  responses: { model: (name) => openai().responses(name), thinking: reasoning, hasThoughts: true },
  anthropic: {
    model: (name) => createAnthropic({ baseURL: `${world.base}/v1`, apiKey: world.key })(name),
    thinking: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } } },
    hasThoughts: true,
  },
  google: {
    model: (name) => createGoogleGenerativeAI({ baseURL: `${world.base}/v1beta`, apiKey: world.key })(name),
    thinking: { google: { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } } },
    hasThoughts: true,
  },
}

const whole = async (options) => {
  const answer = await generateText(options)
  const { text, usage, steps, finishReason } = answer
  return { text, usage, steps, finishReason, output: options.output && answer.output }
}

const streamed = async (options) => {
  let failure = null
  const answer = streamText({ ...options, onError: ({ error }) => { failure = error } })
  try {
    let heard = ''
    for await (const piece of answer.textStream) heard += piece
    const [text, usage, steps, finishReason] = await Promise.all([answer.text, answer.usage, answer.steps, answer.finishReason])
    assert.ok(heard.endsWith(text))
    return { text, usage, steps, finishReason, output: options.output && (await answer.output) }
  } catch (error) {
    // What the SDK throws then is only that nothing came.
    throw failure ?? error
  }
}

for (const [dialect, { model, thinking, hasThoughts }] of Object.entries(DIALECTS)) {
  for (const name of Object.keys(ONLY)) {
    for (const [manner, say] of Object.entries({ whole, streamed })) {
      const cell = (title, body) =>
        test(`${dialect} on ${name}, ${manner}: ${title}`, { skip: DIRECT }, async () => {
          const upstream = world.upstreams[name]
          await upstream.reset()
          await body((options) => say({ model: model(name), maxRetries: 0, maxOutputTokens: 4000, ...options }), upstream)
          assert.deepEqual(await upstream.refusals(), [])
        })

      cell('a question is answered', async (say) => {
        const said = await say({ system: 'Be brief.', prompt: 'Hello there' })
        assert.deepEqual([said.text, said.finishReason, said.usage.outputTokens], ['You said: Hello there', 'stop', 6])
      })

      cell('tools are run until the model answers', async (say) => {
        const places = []
        const weather = tool({
          inputSchema: z.object({ location: z.string() }),
          execute: async ({ location }) => {
            places.push(location)
            return `rain in ${location}`
          },
        })
        const tools = { get_weather: weather }
        const said = await say({ prompt: QUESTION, tools, stopWhen: stepCountIs(3), providerOptions: thinking })
        assert.deepEqual(places, ['Oslo', 'Rome'])
        assert.deepEqual(said.steps.map((step) => step.finishReason), ['tool-calls', 'stop'])
        assert.ok(['Oslo', 'Rome'].every((place) => said.text.includes(`rain in ${place}`)), said.text)
        // On chat completions it knows no thoughts.
        if (hasThoughts) assert.equal(said.steps[0].reasoningText, `The user asks: ${QUESTION}`)
      })

      cell('structured output is parsed', async (say) => {
        const schema = z.object({ name: z.string(), age: z.number() })
        const said = await say({ prompt: 'Who?', output: Output.object({ schema }) })
        assert.deepEqual(said.output, { name: 'text', age: 1.5 })
      })

      cell('images are seen', async (say) => {
        const content = [{ type: 'image', image: PIXEL, mediaType: 'image/png' }, { type: 'text', text: 'What is this?' }]
        const said = await say({ messages: [{ role: 'user', content }] })
        assert.equal(said.text, 'I see one image. You said: What is this?')
      })

      cell('a rate limit is one', async (say, upstream) => {
        await upstream.fail(429, 'slow down')
        await assert.rejects(say({ prompt: 'Hello' }), (error) => {
          assert.ok(APICallError.isInstance(error), `${error}`)
          assert.deepEqual([error.statusCode, error.message, error.isRetryable], [429, 'slow down', true])
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
      const parts = []
      const { fullStream } = streamText({ model: model(name), prompt: 'Hello', maxRetries: 0, onError: () => {} })
      for await (const part of fullStream) parts.push(part)
      const errors = parts.filter((part) => part.type === 'error')
      assert.ok(errors.length > 0, parts.map((part) => part.type).join(' '))
    })
  }
}
