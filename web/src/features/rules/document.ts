import { type Document, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, stringify } from 'yaml'
import type { Schemas } from '@/lib/api'

/** What is said about routing. */
export type Policy = Schemas['RoutingPolicy']
/** The rules of a policy, as they are tried on a sample. */
export type Rules = NonNullable<Schemas['TestInput']['rules']>

/** Something wrong in a text, from one place to another. */
export interface Problem {
  from: number
  to: number
  /** From 1. */
  line: number
  message: string
}

/** The parts of a policy, in the order in which they are written. */
export const PARTS = [
  'strategy',
  'rules',
  'aliases',
  'models',
  'default_provider',
  'validity',
  'factors',
] as const

/** A text that was read. */
export interface Written {
  /** `null` where the text is no policy. */
  policy: Policy | null
  rules: Rules
  problems: Problem[]
  /** Finds the place that the API is not content with; the first line where it names none. */
  blame: (message: string, field: string) => Problem
  /** Finds the place in the condition of a rule that a message is about. */
  blameRule: (index: number, message: string) => Problem
}

/** Writes a policy as text: rules first, as they are what is changed most. */
export function write(policy: Policy): string {
  const kept = PARTS.map((part) => [part, policy[part]] as const).filter(([, value]) => value != null)
  const parts: Record<string, unknown> = Object.fromEntries(kept)
  parts['rules'] ??= []
  const ordered = PARTS.filter((part) => part in parts).map((part) => [part, parts[part]])
  return stringify(Object.fromEntries(ordered), { lineWidth: 0 })
}

/** Adds a rule at the end of a text and leaves the rest as it is; `null` where the text cannot be read. */
export function addRule(text: string, rule: Schemas['RoutingRule']): string | null {
  const document = parseDocument(text)
  if (document.errors.length > 0) return null
  const rules = document.get('rules')
  if (isSeq(rules)) {
    rules.flow = false
    rules.add(document.createNode(rule))
  } else {
    document.set('rules', document.createNode([rule]))
  }
  return document.toString({ lineWidth: 0 })
}

/** Reads a text. `unknown` says that a part of the policy has no such name. */
export function read(text: string, unknown: (name: string) => string): Written {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const problem = (from: number, to: number, message: string): Problem => {
    const begin = Math.min(from, text.length)
    return {
      from: begin,
      to: Math.min(Math.max(to, begin), text.length),
      line: Math.max(1, lines.linePos(begin).line),
      message,
    }
  }
  const problems = document.errors.map(({ pos, message }) => problem(pos[0], pos[1], message))
  const blame = (message: string, field: string) => {
    const [from, to] = rangeOf(document, pathOf(field)) ?? [0, text.indexOf('\n')]
    return problem(from, to, message)
  }
  const blameRule = (index: number, message: string) => {
    const range = rangeOf(document, ['rules', index, 'when']) ?? rangeOf(document, ['rules', index]) ?? [0, 0]
    const [from, to] = within(text, document, index, message) ?? range
    return problem(from, to, message)
  }
  if (problems.length > 0) return { policy: null, rules: [], problems, blame, blameRule }
  const value: unknown = document.toJS() ?? {}
  for (const name of strangers(value)) {
    const [from, to] = rangeOf(document, [name]) ?? [0, 0]
    problems.push(problem(from, to, unknown(name)))
  }
  const policy = problems.length === 0 && isPolicy(value) ? value : null
  const rules: unknown = isObject(value) ? value['rules'] : undefined
  return { policy, rules: areRules(rules) ? rules : [], problems, blame, blameRule }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The API checks the rest, and says what is wrong and where. */
function isPolicy(value: unknown): value is Policy {
  return isObject(value)
}

function areRules(value: unknown): value is Rules {
  return Array.isArray(value) && value.every(isObject)
}

function strangers(value: unknown): string[] {
  if (!isObject(value)) return []
  return Object.keys(value).filter((name) => !PARTS.some((part) => part === name))
}

type Step = string | number
type Range = [number, number]

/** `rules[0].when`, step by step. */
function pathOf(field: string): Step[] {
  return [...field.matchAll(/([a-z_]+)|\[(\d+)\]/g)].map((step) => step[1] ?? Number(step[2]))
}

/** Where something stands, or what it is in where it is missing. */
function rangeOf(document: Document, path: Step[]): Range | null {
  let node: unknown = document.contents
  let found: Range | null = null
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === step)
      if (!pair) break
      found = join(spanOf(pair.key), spanOf(pair.value))
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step]
      found = spanOf(node) ?? found
    } else break
  }
  return found
}

function spanOf(node: unknown): Range | null {
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null
  return node.range ? [node.range[0], node.range[1]] : null
}

function join(one: Range | null, other: Range | null): Range | null {
  return one && other ? [one[0], other[1]] : (one ?? other)
}

/** Where in the condition of a rule a message such as `unknown name (1:7)` points. */
function within(text: string, document: Document, index: number, message: string): Range | null {
  const place = /\((\d+):(\d+)\)$/.exec(message)
  const node: unknown = document.getIn(['rules', index, 'when'], true)
  if (!place || !isScalar(node) || !node.range) return null
  const [line, column] = [Number(place[1]), Number(place[2])]
  const [start, end] = node.range
  const from = startOf(text.slice(start, end), node.type, line)
  if (from === null) return null
  const at = start + from + column - 1
  const word = /^\w+/.exec(text.slice(at, end))?.[0] ?? ''
  return [at, at + Math.max(1, word.length)]
}

/** Where a line of a condition begins in the way it is written. */
function startOf(source: string, type: string | null | undefined, line: number): number | null {
  if (type === 'BLOCK_LITERAL') {
    const rows = source.split('\n')
    const before = rows.slice(0, line).reduce((sum, row) => sum + row.length + 1, 0)
    const indent = /^ */.exec(rows[1] ?? '')?.[0].length ?? 0
    return line < rows.length ? before + indent : null
  }
  if (line > 1 || source.includes('\n')) return null
  return type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE' ? 1 : 0
}
