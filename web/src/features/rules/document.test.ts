import { expect, it } from 'vitest'
import { addRule, read, write } from './document'

const unknown = (name: string) => `no ${name}`

const TEXT = `strategy: value
rules:
  - name: long ones
    when: TokenCount > 12000 and Modle == "x"
    providers:
      - provider: big
  - name: at night
    when: |
      Hour < 6 and
      not Straem
    strategy: cheapest
`

it('writes rules first of the lists, and reads what it wrote', () => {
  const text = write({ validity: 'enforce', strategy: 'value', aliases: [], rules: null })
  expect(text).toBe('strategy: value\nrules: []\naliases: []\nvalidity: enforce\n')
  expect(read(text, unknown).policy).toEqual({
    strategy: 'value',
    rules: [],
    aliases: [],
    validity: 'enforce',
  })
})

it('points into a condition, on one line and on several', () => {
  const written = read(TEXT, unknown)
  const marked = ({ from, to }: { from: number; to: number }) => TEXT.slice(from, to)
  const plain = written.blameRule(0, 'unknown name `Modle` (1:24)')
  const block = written.blameRule(1, 'unknown name `Straem` (2:5)')
  expect([marked(plain), plain.line, marked(block), block.line]).toEqual(['Modle', 4, 'Straem', 10])
})

it('finds what the API is not content with', () => {
  const written = read(TEXT, unknown)
  const found = written.blame('no such provider', 'rules[0].providers[0].provider')
  expect([TEXT.slice(found.from, found.to), found.line]).toEqual(['provider: big', 6])
  expect(written.blame('something else', '').line).toBe(1)
})

it('says where the text is no policy', () => {
  const torn = read('rules:\n  - name: [x\n', unknown)
  expect(torn.policy).toBeNull()
  expect(torn.problems.length).toBeGreaterThan(0)
  const strange = read('strategy: value\nruels: []\n', unknown)
  expect(strange.policy).toBeNull()
  expect(strange.problems.map(({ line, message }) => [line, message])).toEqual([[2, 'no ruels']])
})

it('adds a rule and keeps what people wrote between the lines', () => {
  const rule = { name: 'short', when: 'TokenCount < 10', strategy: 'cheapest' as const }
  const made = addRule('# mine\nstrategy: value # of course\nrules: []\n', rule)
  expect(made).toBe(
    '# mine\nstrategy: value # of course\nrules:\n  - name: short\n    when: TokenCount < 10\n    strategy: cheapest\n',
  )
  expect(addRule('rules: [', rule)).toBeNull()
})
