import type { Schemas } from '@/lib/api'

/** What conditions can ask about a call. */
export const VARIABLES = [
  'TokenCount',
  'Model',
  'Path',
  'Dialect',
  'Key',
  'User',
  'Group',
  'Headers',
  'Stream',
  'Tools',
  'Images',
  'MaxTokens',
  'BudgetLeft',
  'Hour',
  'Weekday',
] as const

/** What stands between things in conditions. */
export const OPERATORS = [
  { id: 'compare', text: '== != < <= > >=' },
  { id: 'logic', text: 'and or not' },
  { id: 'in', text: 'in' },
  { id: 'contains', text: 'contains' },
  { id: 'startsWith', text: 'startsWith endsWith' },
  { id: 'matches', text: 'matches' },
  { id: 'ternary', text: '? : ??' },
  { id: 'member', text: 'Headers["x-team"]' },
] as const

/** The functions that conditions are likely to need, as they are called. */
export const FUNCTIONS = [
  { id: 'lower', text: 'lower(text)' },
  { id: 'upper', text: 'upper(text)' },
  { id: 'trim', text: 'trim(text)' },
  { id: 'hasPrefix', text: 'hasPrefix(text, start)' },
  { id: 'hasSuffix', text: 'hasSuffix(text, end)' },
  { id: 'indexOf', text: 'indexOf(text, part)' },
  { id: 'split', text: 'split(text, separator)' },
  { id: 'replace', text: 'replace(text, old, new)' },
  { id: 'len', text: 'len(value)' },
  { id: 'int', text: 'int(value)' },
  { id: 'float', text: 'float(value)' },
  { id: 'string', text: 'string(value)' },
  { id: 'abs', text: 'abs(number)' },
  { id: 'round', text: 'round(number)' },
  { id: 'min', text: 'min(a, b, …)' },
  { id: 'max', text: 'max(a, b, …)' },
  { id: 'any', text: 'any(list, # == 1)' },
  { id: 'all', text: 'all(list, # > 0)' },
  { id: 'none', text: 'none(list, # < 0)' },
  { id: 'filter', text: 'filter(list, # > 0)' },
  { id: 'keys', text: 'keys(map)' },
  { id: 'now', text: 'now()' },
  { id: 'date', text: 'date(text)' },
  { id: 'duration', text: 'duration("90m")' },
  { id: 'timezone', text: 'timezone("Asia/Shanghai")' },
] as const

/** What a rule can say. */
export const FIELDS = ['name', 'models', 'when', 'providers', 'model', 'strategy'] as const

type Rule = Schemas['RoutingRule']

/** Rules to begin with; each is made with its name in the reader's language and a provider that is there. */
export const EXAMPLES: readonly { id: ExampleId; make: (name: string, provider: string) => Rule }[] = [
  {
    id: 'long',
    make: (name, provider) => ({ name, when: 'TokenCount > 12000', providers: [{ provider }] }),
  },
  { id: 'night', make: (name) => ({ name, when: 'Hour < 6 and not Stream', strategy: 'cheapest' }) },
  {
    id: 'local',
    make: (name) => ({
      name,
      when: 'now().In(timezone("Asia/Shanghai")).Hour() in 9..18',
      strategy: 'fastest',
    }),
  },
  {
    id: 'images',
    make: (name, provider) => ({ name, when: 'Images', providers: [{ provider }] }),
  },
  {
    id: 'team',
    make: (name, provider) => ({
      name,
      when: 'Headers["x-team"] == "research"',
      providers: [{ provider }],
    }),
  },
  { id: 'broke', make: (name) => ({ name, when: 'BudgetLeft < 1', strategy: 'cheapest' }) },
]

type ExampleId = 'long' | 'night' | 'local' | 'images' | 'team' | 'broke'
