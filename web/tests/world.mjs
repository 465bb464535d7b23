// A gateway of its own for the walk: an empty data folder, and the scripted upstreams of `sluice demo` behind it.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const START_MAX_MS = 60_000

/** Starts `sluice demo`; returns its address, the set-up link, a ready key, and how to stop it. */
export async function startWorld(binary) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-walk-'))
  const child = spawn(binary, ['demo', '--port', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  const ready = new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`sluice did not start:\n${said}`)), START_MAX_MS)
    child.on('exit', (code) => reject(new Error(`sluice ended with ${code}:\n${said}`)))
    child.stdout.on('data', (piece) => {
      said += piece
      const setup = /(http:\/\/\S+)\/setup#token=(\S+)/.exec(said)
      const key = /Key \(for this run only\): (\S+)/.exec(said)
      if (setup && key && said.includes('Claude Code')) {
        clearTimeout(late)
        resolve({ base: setup[1], setup: setup[0], key: key[1] })
      }
    })
  })
  const relay = await startUpstream(join(dirname(binary), 'sluice-testkit-upstreams'))
  const stop = () =>
    new Promise((resolve) => {
      relay.stop()
      child.removeAllListeners('exit')
      child.on('exit', () => {
        rmSync(folder, { recursive: true, force: true })
        resolve()
      })
      child.kill('SIGTERM')
    })
  return { ...(await ready), relay, stop }
}

/** Starts one more scripted upstream: an account that somebody may add by hand. */
async function startUpstream(standard) {
  const child = spawn(process.env.SLUICE_UPSTREAMS_BIN ?? standard, ['relay=openai'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const line = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.stdout.once('data', (piece) => resolve(String(piece)))
  })
  const { relay } = JSON.parse(line).upstreams
  return { ...relay, stop: () => child.stdin.end() }
}
