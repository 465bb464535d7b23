/** What somebody says to a model. */
export interface Prompt {
  text: string
  /** As `data:` addresses. */
  images: string[]
}

/** How models are asked. */
export interface Settings {
  system: string
  /** Empty leaves it to the model. */
  temperature: number | ''
  /** Empty leaves it to the model. */
  maxTokens: number | ''
  isStreamed: boolean
  /** JSON of the list of tools; empty for none. */
  tools: string
}

/** What a model answered so far. */
export interface Answer {
  model: string
  text: string
  reasoning: string
  /** Calls of tools by their place: name and arguments. */
  tools: { name: string; input: string }[]
  state: 'running' | 'done' | 'stopped' | 'failed'
  error: string
  /** Id of the call; empty until an answer begins. */
  call: string
  firstMs: number | null
  totalMs: number | null
}

/** One exchange: what was said, and what each model answered. */
export interface Turn {
  id: string
  prompt: Prompt
  /** One for each column. */
  answers: Answer[]
}

/** Returns an answer that has not begun. */
export function noAnswer(model: string): Answer {
  return {
    model,
    text: '',
    reasoning: '',
    tools: [],
    state: 'running',
    error: '',
    call: '',
    firstMs: null,
    totalMs: null,
  }
}

/** Returns whether a text is a list of tools, or empty. */
export function areTools(text: string): boolean {
  return text.trim() === '' || toolsOf(text) !== null
}

function toolsOf(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** Returns the request for what is to be said next in a column. */
export function requestOf(model: string, settings: Settings, turns: Turn[], column: number, next: Prompt) {
  const messages: object[] =
    settings.system.trim() === '' ? [] : [{ role: 'system', content: settings.system }]
  for (const { prompt, answers } of turns) {
    const said = answers[column]?.text ?? ''
    messages.push({ role: 'user', content: contentOf(prompt) })
    if (said !== '') messages.push({ role: 'assistant', content: said })
  }
  messages.push({ role: 'user', content: contentOf(next) })
  const tools = toolsOf(settings.tools)
  return {
    model,
    messages,
    ...(settings.temperature === '' ? {} : { temperature: settings.temperature }),
    ...(settings.maxTokens === '' ? {} : { max_tokens: settings.maxTokens }),
    ...(tools === null || tools.length === 0 ? {} : { tools }),
    ...(settings.isStreamed ? { stream: true, stream_options: { include_usage: true } } : {}),
  }
}

function contentOf({ text, images }: Prompt) {
  if (images.length === 0) return text
  return [{ type: 'text', text }, ...images.map((url) => ({ type: 'image_url', image_url: { url } }))]
}
