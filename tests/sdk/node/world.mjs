// Scripted upstreams and Sluice before them; with SLUICE_TEST_DIRECT=1 the upstreams alone.

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

// The SDKs are installed outside the repository.
export const require = createRequire(join(process.env.SLUICE_NODE_MODULES, 'entry.js'))
export const DIRECT = process.env.SLUICE_TEST_DIRECT === '1'
export const CALL_TIMEOUT_MS = 30_000
// Upstreams with one dialect each, so that every client must be converted to it: what they imitate, and their model.
export const ONLY = {
  only_chat: { kind: 'newapi', model: 'gpt-5.4' },
  only_responses: { kind: 'openai', model: 'gpt-5.4' },
  only_messages: { kind: 'anthropic', model: 'claude-sonnet-5' },
  only_gemini: { kind: 'gemini', model: 'gemini-3-flash' },
}
// A PNG of one pixel.
export const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const START_TIMEOUT_MS = 20_000
const VENDORS = fileURLToPath(new URL('../vendors', import.meta.url))

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

class Upstream {
  constructor(control, { base_url, secret }) {
    Object.assign(this, { control, base: base_url, secret })
  }

  script(body) {
    const headers = { 'content-type': 'application/json' }
    return fetch(`${this.control}/script`, { method: 'PUT', headers, body: JSON.stringify(body) })
  }

  fail(status, message, headers = []) {
    const failure = { status, message, code: 'scripted_code' }
    return this.script({ then: { answer: { kind: 'error', failure }, headers } })
  }

  reset() {
    return fetch(`${this.control}/reset`, { method: 'POST' })
  }

  async seen(what) {
    return (await fetch(`${this.control}/${what}`)).json()
  }

  // What the vendor would have refused.
  async refusals() {
    const requests = await this.seen('requests')
    return requests.filter((request) => request.refusal).map((request) => [request.target, request.refusal])
  }
}

// Starts upstreams of these kinds by name, and Sluice with a provider for each.
export async function openWorld(kinds, providerOf) {
  const named = Object.entries(kinds).map(([name, kind]) => `${name}=${kind}`)
  const program = spawn(process.env.SLUICE_UPSTREAMS_BIN, named, { stdio: ['pipe', 'pipe', 'inherit'] })
  const told = await firstLine(program.stdout)
  const upstreams = Object.fromEntries(
    Object.entries(told.upstreams).map(([name, facts]) => [name, new Upstream(`${told.control}/upstreams/${name}`, facts)]),
  )
  const key = `ag-${randomBytes(24).toString('hex')}`
  const sluice = DIRECT ? null : await startSluice(upstreams, providerOf, key)
  const close = async () => {
    await sluice?.stop()
    program.stdin.end()
  }
  return { upstreams, key, base: sluice?.base, close }
}

async function firstLine(input) {
  for await (const line of createInterface({ input })) return JSON.parse(line)
}

async function startSluice(upstreams, providerOf, key) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-node-'))
  const providers = Object.entries(upstreams).map(([name, { base, secret }]) => {
    return { name, base_url: base, credentials: [{ name: 'main', secret }], ...providerOf(name) }
  })
  // JSON is YAML.
  const config = { log: { level: 'warn' }, vendors_dir: VENDORS, providers, keys: [{ name: 'node', secret: key }] }
  await writeFile(join(folder, 'sluice.yaml'), JSON.stringify(config))
  const port = await freePort()
  const options = ['serve', '--config', join(folder, 'sluice.yaml'), '--data', join(folder, 'data'), '--port', `${port}`]
  // What the tests are told by variables is no setting of Sluice, and it refuses what it does not know.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_')))
  const sluice = spawn(process.env.SLUICE_BIN, options, { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder, env })
  const stop = async () => {
    if (sluice.exitCode === null) {
      const gone = new Promise((resolve) => sluice.once('exit', resolve))
      sluice.kill('SIGTERM')
      await gone
    }
    await rm(folder, { recursive: true, force: true })
  }
  const base = `http://127.0.0.1:${port}`
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline && sluice.exitCode === null) {
    const answer = await fetch(`${base}/healthz`).catch(() => null)
    if (answer?.ok) return { base, stop }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await stop()
  throw new Error('sluice does not start')
}

// Starts one upstream for each dialect; each serves the public model of its own name.
export const openCells = () => {
  const kinds = Object.fromEntries(Object.entries(ONLY).map(([name, { kind }]) => [name, kind]))
  return openWorld(kinds, (name) => ({ vendor: name, models: [{ name, upstream: ONLY[name].model }] }))
}
