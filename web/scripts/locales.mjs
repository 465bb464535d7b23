// Checks the texts: both languages have the same keys with the same blanks, and the sources use each of them.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

const source = new URL('../src/', import.meta.url).pathname
const PLURAL = /_(zero|one|two|few|many|other)$/
const problems = []

function load(language) {
  const texts = new Map()
  const folder = join(source, 'locales', language)
  for (const name of readdirSync(folder)) {
    flatten(JSON.parse(readFileSync(join(folder, name), 'utf8')), basename(name, '.json'), texts)
  }
  return texts
}

function flatten(value, path, into) {
  if (typeof value === 'string') into.set(path, value)
  else for (const [key, inner] of Object.entries(value)) flatten(inner, `${path}.${key}`, into)
}

function* sources(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* name === 'locales' ? [] : sources(path)
    else if (/\.tsx?$/.test(name) && !/\.(test|d)\.tsx?$/.test(name)) yield readFileSync(path, 'utf8')
  }
}

const base = (texts) => new Map([...texts].map(([key, text]) => [key.replace(PLURAL, ''), text]))
const blanks = (text) =>
  [...text.matchAll(/\{\{\s*([\w.]+)/g)]
    .map((found) => found[1])
    .sort()
    .join()
const english = load('en')
const chinese = load('zh-CN')
const [ours, theirs] = [base(english), base(chinese)]
for (const key of ours.keys()) if (!theirs.has(key)) problems.push(`zh-CN lacks \`${key}\``)
for (const key of theirs.keys()) if (!ours.has(key)) problems.push(`en lacks \`${key}\``)
for (const [key, text] of ours) {
  if (theirs.has(key) && blanks(text) !== blanks(theirs.get(key)))
    problems.push(`the blanks of \`${key}\` differ`)
}

const code = [...sources(source)].join('\n')
// Whole keys, and the beginnings of keys that are put together.
const used = new Set([...code.matchAll(/['"`]([a-zA-Z]+(?:\.[\w-]+)+)['"`]/g)].map((found) => found[1]))
const begun = [...code.matchAll(/`([a-zA-Z]+(?:\.[\w-]+)*[._-]?)\$\{/g)]
  .map((found) => found[1])
  .filter((text) => text.includes('.'))
for (const key of ours.keys()) {
  if (!used.has(key) && !begun.some((start) => key.startsWith(start)))
    problems.push(`nothing uses \`${key}\``)
}

for (const problem of problems) console.error(problem)
console.log(`${ours.size} texts in two languages`)
process.exit(problems.length > 0 ? 1 : 0)
