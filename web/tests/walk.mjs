// Walks through the console in a browser, against the built binary with scripted upstreams. SLUICE_BIN names the
// binary, CHROMIUM the browser. What each page looks like goes to tests/pictures.
//
//     node tests/walk.mjs [name…]      only the pages whose names begin so
import { mkdirSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { laterOn } from './changes.mjs'
import { firstRun } from './flows.mjs'
import { inspect, listen } from './looking.mjs'
import { GUEST_PAGES, OPEN_PAGES, PAGES } from './pages.mjs'
import { startWorld } from './world.mjs'

const target = process.env.CARGO_TARGET_DIR ?? new URL('../../target', import.meta.url).pathname
const binary = process.env.SLUICE_BIN ?? `${target}/debug/sluice`
const pictures = new URL('pictures/', import.meta.url).pathname
const wanted = process.argv.slice(2)
const READY_MAX_MS = 30_000
const PICTURE_MAX_MS = 120_000
// Each language, size and colour meets each of the others; WALK_ALL=1 adds the rest.
const SOME = [
  ['en', 'desk', 'light'],
  ['zh-CN', 'desk', 'dark'],
  ['en', 'phone', 'dark'],
  ['zh-CN', 'phone', 'light'],
]
const REST = [
  ['en', 'desk', 'dark'],
  ['zh-CN', 'desk', 'light'],
  ['en', 'phone', 'light'],
  ['zh-CN', 'phone', 'dark'],
]
const VIEWS = process.env.WALK_ALL ? [...SOME, ...REST] : SOME
const SIZES = { desk: { width: 1280, height: 860 }, phone: { width: 360, height: 780 } }

const world = await startWorld(binary)
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
const complaints = []

/** Opens each page in one language, size and colour. */
async function look(language, size, scheme) {
  const groups = [
    [PAGES, world.storage],
    [GUEST_PAGES, world.guest],
    [OPEN_PAGES, undefined],
  ]
  for (const [pages, storageState] of groups) {
    const context = await browser.newContext({
      viewport: SIZES[size],
      locale: language,
      colorScheme: scheme,
      storageState,
      reducedMotion: 'reduce',
    })
    for (const page of pages.filter(({ name }) => isWanted(name))) {
      await lookAt(context, page, `${page.name}-${language}-${size}-${scheme}`)
    }
    await context.close()
  }
}

async function lookAt(context, { path, ready }, name) {
  const problems = []
  const page = await context.newPage()
  listen(page, problems)
  try {
    await page.goto(world.base + (typeof path === 'function' ? path(world) : path))
    await page.waitForSelector(ready, { timeout: READY_MAX_MS })
    await page.waitForLoadState('networkidle', { timeout: READY_MAX_MS })
    await inspect(page, problems)
  } catch (error) {
    problems.push(error.message.split('\n')[0])
  }
  await page.screenshot({ path: `${pictures}${name}.png`, fullPage: true, timeout: PICTURE_MAX_MS })
  await page.close()
  for (const problem of problems) complaints.push(`${name}: ${problem}`)
}

function isWanted(name) {
  return wanted.length === 0 || wanted.some((start) => name.startsWith(start))
}

try {
  mkdirSync(pictures, { recursive: true })
  await firstRun(browser, world, complaints, pictures)
  await laterOn(browser, world, complaints, pictures)
  for (const [language, size, scheme] of VIEWS) await look(language, size, scheme)
} finally {
  await browser.close()
  await world.stop()
}
for (const complaint of complaints) console.error(complaint)
console.log(complaints.length === 0 ? 'every page is as it should be' : `${complaints.length} complaints`)
process.exit(complaints.length === 0 ? 0 : 1)
