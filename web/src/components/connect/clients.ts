import type { ParseKeys } from 'i18next'

/** What a client needs to know to use this installation. */
export interface Connection {
  /** Address of this installation, without a slash at the end. */
  base: string
  key: string
  model: string
}

/** A text to paste somewhere: into a shell, a file, a program. */
export interface Snippet {
  kind: 'snippet'
  /** Where it goes: a file's name, or a shell. */
  where: string
  text: string
}

/** What is typed into the settings of a program with windows, as its fields are called there. */
export interface Fields {
  kind: 'fields'
  fields: { name: string; value: string }[]
}

/** A link that opens a program and fills in everything. */
export interface DeepLink {
  kind: 'link'
  href: string
}

/** A program that can use this installation. */
export interface Client {
  id: string
  /** What the program calls itself, in all languages. */
  name: string
  /** What is to be known that the texts do not say. */
  note?: ParseKeys
  parts: (connection: Connection) => (Snippet | Fields | DeepLink)[]
}

const snippet = (where: string, ...lines: string[]): Snippet => ({
  kind: 'snippet',
  where,
  text: lines.join('\n'),
})
const fields = (values: Record<string, string>): Fields => ({
  kind: 'fields',
  fields: Object.entries(values).map(([name, value]) => ({ name, value })),
})

/** Texts of any alphabet as base64, as programs read it from links. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

const claudeCode: Client = {
  id: 'claude-code',
  name: 'Claude Code',
  parts: ({ base, key, model }) => {
    const env = { ANTHROPIC_BASE_URL: base, ANTHROPIC_AUTH_TOKEN: key, ANTHROPIC_MODEL: model }
    return [
      snippet('~/.claude/settings.json', JSON.stringify({ env }, null, 2)),
      snippet(
        'bash, zsh',
        ...Object.entries(env).map(([name, value]) => `export ${name}="${value}"`),
        'claude',
      ),
    ]
  },
}

const codex: Client = {
  id: 'codex',
  name: 'Codex',
  note: 'connect.notes.codex',
  parts: ({ base, key, model }) => [
    snippet(
      '~/.codex/config.toml',
      `model = "${model}"`,
      'model_provider = "sluice"',
      '',
      '[model_providers.sluice]',
      'name = "Sluice"',
      `base_url = "${base}/v1"`,
      'env_key = "SLUICE_KEY"',
      'wire_api = "responses"',
    ),
    snippet('bash, zsh', `export SLUICE_KEY="${key}"`, 'codex'),
    snippet('PowerShell', `setx SLUICE_KEY "${key}"`),
  ],
}

const geminiCli: Client = {
  id: 'gemini-cli',
  name: 'Gemini CLI',
  parts: ({ base, key, model }) => [
    snippet(
      '~/.gemini/.env',
      `GOOGLE_GEMINI_BASE_URL=${base}`,
      `GEMINI_API_KEY=${key}`,
      `GEMINI_MODEL=${model}`,
    ),
  ],
}

const cherryStudio: Client = {
  id: 'cherry-studio',
  name: 'Cherry Studio',
  note: 'connect.notes.cherry-studio',
  parts: ({ base, key }) => {
    const provider = { id: 'sluice', name: 'Sluice', type: 'openai', baseUrl: base, apiKey: key }
    const data = encodeURIComponent(base64(JSON.stringify(provider)))
    return [
      { kind: 'link', href: `cherrystudio://providers/api-keys?v=1&data=${data}` },
      fields({ 'API Host': base, 'API Key': key }),
    ]
  },
}

const lobeChat: Client = {
  id: 'lobechat',
  name: 'LobeChat',
  parts: ({ base, key, model }) => [
    fields({ 'API Key': key, 'API Proxy URL': `${base}/v1` }),
    snippet('.env', `OPENAI_API_KEY=${key}`, `OPENAI_PROXY_URL=${base}/v1`, `OPENAI_MODEL_LIST=+${model}`),
  ],
}

const nextChat: Client = {
  id: 'nextchat',
  name: 'NextChat',
  note: 'connect.notes.nextchat',
  parts: ({ base, key, model }) => [
    fields({
      'Model Provider': 'OpenAI',
      'OpenAI Endpoint': base,
      'OpenAI API Key': key,
      'Custom Models': model,
    }),
    snippet('.env', `BASE_URL=${base}`, `OPENAI_API_KEY=${key}`, `CUSTOM_MODELS=+${model}`),
  ],
}

const cursor: Client = {
  id: 'cursor',
  name: 'Cursor',
  note: 'connect.notes.cursor',
  parts: ({ base, key, model }) => [
    fields({ 'OpenAI API Key': key, 'Override OpenAI Base URL': `${base}/v1`, 'Add model': model }),
  ],
}

const cline: Client = {
  id: 'cline',
  name: 'Cline',
  parts: ({ base, key, model }) => [
    fields({
      'API Provider': 'OpenAI Compatible',
      'Base URL': `${base}/v1`,
      'API Key': key,
      'Model ID': model,
    }),
  ],
}

const openWebUi: Client = {
  id: 'open-webui',
  name: 'Open WebUI',
  parts: ({ base, key }) => [
    fields({ URL: `${base}/v1`, Key: key }),
    snippet('.env', `OPENAI_API_BASE_URL=${base}/v1`, `OPENAI_API_KEY=${key}`),
  ],
}

const openAiSdk: Client = {
  id: 'openai-sdk',
  name: 'OpenAI SDK',
  parts: ({ base, key, model }) => [
    snippet(
      'Python',
      'from openai import OpenAI',
      '',
      `client = OpenAI(base_url="${base}/v1", api_key="${key}")`,
      'answer = client.chat.completions.create(',
      `    model="${model}",`,
      '    messages=[{"role": "user", "content": "Hello!"}],',
      ')',
      'print(answer.choices[0].message.content)',
    ),
    snippet(
      'JavaScript',
      "import OpenAI from 'openai'",
      '',
      `const client = new OpenAI({ baseURL: '${base}/v1', apiKey: '${key}' })`,
      'const answer = await client.chat.completions.create({',
      `  model: '${model}',`,
      "  messages: [{ role: 'user', content: 'Hello!' }],",
      '})',
      'console.log(answer.choices[0].message.content)',
    ),
  ],
}

const anthropicSdk: Client = {
  id: 'anthropic-sdk',
  name: 'Anthropic SDK',
  parts: ({ base, key, model }) => [
    snippet(
      'Python',
      'from anthropic import Anthropic',
      '',
      `client = Anthropic(base_url="${base}", api_key="${key}")`,
      'message = client.messages.create(',
      `    model="${model}",`,
      '    max_tokens=1024,',
      '    messages=[{"role": "user", "content": "Hello!"}],',
      ')',
      'print(message.content[0].text)',
    ),
  ],
}

const googleSdk: Client = {
  id: 'google-sdk',
  name: 'Google Gen AI SDK',
  parts: ({ base, key, model }) => [
    snippet(
      'Python',
      'from google import genai',
      '',
      `client = genai.Client(api_key="${key}", http_options={"base_url": "${base}"})`,
      `answer = client.models.generate_content(model="${model}", contents="Hello!")`,
      'print(answer.text)',
    ),
  ],
}

const curl: Client = {
  id: 'curl',
  name: 'curl',
  parts: ({ base, key, model }) => [
    snippet(
      'bash, zsh',
      `curl ${base}/v1/chat/completions \\`,
      `  -H "authorization: Bearer ${key}" \\`,
      '  -H "content-type: application/json" \\',
      `  -d '{"model":"${model}","messages":[{"role":"user","content":"Hello!"}]}'`,
    ),
  ],
}

/** The programs that can be told how to use this installation. */
export const CLIENTS: readonly Client[] = [
  claudeCode,
  codex,
  geminiCli,
  cherryStudio,
  lobeChat,
  nextChat,
  cursor,
  cline,
  openWebUi,
  openAiSdk,
  anthropicSdk,
  googleSdk,
  curl,
]
