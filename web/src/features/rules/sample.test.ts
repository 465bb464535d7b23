import { expect, it } from 'vitest'
import { FIRST_SAMPLE, sampleOf } from './sample'

it('is written in the dialect of its path', () => {
  const values = { ...FIRST_SAMPLE, model: 'gpt-4o', path: '/v1/responses', isStreamed: true, maxTokens: 5 }
  expect(sampleOf(values).body).toEqual({
    model: 'gpt-4o',
    input: 'Hello!',
    max_output_tokens: 5,
    stream: true,
  })
})

it('reads headers, money and numbers as they were typed', () => {
  const values = { ...FIRST_SAMPLE, headers: 'X-Team: red: one\nnonsense\n', budgetLeft: '2.5', tokens: 12 }
  const sample = sampleOf(values)
  expect([sample.headers, sample.budget_left, sample.token_count, sample.group]).toEqual([
    { 'x-team': 'red: one' },
    2_500_000,
    12,
    'default',
  ])
})
