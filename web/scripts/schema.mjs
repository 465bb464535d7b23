// Writes `src/lib/schema.d.ts` from the OpenAPI document that the binary prints; `--check` only compares.
// SLUICE_BIN names the binary, by default the debug build.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const root = new URL('../../', import.meta.url)
const target = process.env.CARGO_TARGET_DIR ?? new URL('target', root).pathname
const binary = process.env.SLUICE_BIN ?? `${target}/debug/sluice`
const file = new URL('../src/lib/schema.d.ts', import.meta.url)
const head = '// Made from the OpenAPI document of the admin API by `npm run schema`; do not edit.\n\n'

const document = execFileSync(binary, ['openapi'], { maxBuffer: 64 * 1024 * 1024, encoding: 'utf8' })
const made = head + astToString(await openapiTS(document))
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== made) {
    console.error('`src/lib/schema.d.ts` is not what the binary says; run `npm run schema`')
    process.exit(1)
  }
} else {
  writeFileSync(file, made)
}
