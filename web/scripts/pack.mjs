// Finishes `dist`: compresses each file once for all, and refuses a first load that is too heavy.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const FIRST_LOAD_MAX_BYTES = 250 * 1024
const COMPRESSIBLE = /\.(js|css|svg)$/
const WORTH_IT_BYTES = 1024
const dist = new URL('../dist/', import.meta.url).pathname

function* files(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* files(path)
    else yield path
  }
}

/** The scripts that a browser loads before the first page shows: the entry and what it imports at once. */
function firstLoad() {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
  const entry = Object.values(manifest).find((chunk) => chunk.isEntry)
  // The texts of one language are loaded before anything shows, and the sign-in is the smallest page there is.
  const first = ['src/locales/en.ts']
  const seen = new Set()
  const visit = (chunk) => {
    if (!chunk || seen.has(chunk.file)) return
    seen.add(chunk.file)
    for (const name of chunk.imports ?? []) visit(manifest[name])
  }
  visit(entry)
  for (const name of first) visit(manifest[name])
  return [...seen].filter((file) => file.endsWith('.js'))
}

let total = 0
for (const file of firstLoad()) total += gzipSync(readFileSync(join(dist, file)), { level: 9 }).length
console.log(
  `first load: ${(total / 1024).toFixed(1)} kB of script (gzip), at most ${FIRST_LOAD_MAX_BYTES / 1024}`,
)
if (total > FIRST_LOAD_MAX_BYTES) {
  console.error(
    'the first load is too heavy: load what not every page needs with `lazyRouteComponent` or `lazy`',
  )
  process.exit(1)
}

for (const path of files(dist)) {
  if (!COMPRESSIBLE.test(path)) continue
  const content = readFileSync(path)
  if (content.length < WORTH_IT_BYTES) continue
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
  const options = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length }
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: options }))
}
// Keeps the folder in the repository, so that the binary builds without the console.
writeFileSync(join(dist, '.gitkeep'), '')
