// What people do on their first day, step by step.
import { listen } from './looking.mjs'
import { manageMoney } from './money.mjs'

const PASSWORD = 'correct horse'
const STEP_MAX_MS = 90_000

/** Sets the installation up, makes a key and uses it; leaves in `world` what the other pages need. */
export async function firstRun(browser, world, complaints, pictures) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en' })
  context.setDefaultTimeout(STEP_MAX_MS)
  const page = await context.newPage()
  const problems = []
  listen(page, problems)
  await setUp(page, world, pictures)
  await getStarted(page, world, pictures)
  const secret = await makeKey(page, pictures)
  world.secret = secret
  await call(world, secret, { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello!' }] })
  await call(world, secret, {
    model: 'claude-sonnet-4-5',
    stream: true,
    messages: [{ role: 'user', content: '你好！' }],
  })
  await call(world, secret, { model: 'no-such-model', messages: [] })
  await findCall(page, world)
  await deleteAndUndo(page)
  world.storage = await context.storageState()
  await signOutAndIn(page, world)
  await beCommon(browser, page, world)
  await manageMoney(page, world, pictures)
  await context.close()
  // The key that is refused, and who is there: browsers write such answers down, however well the page takes them.
  const unexpected = problems.filter((problem) => !/status of (401|502)/.test(problem))
  for (const problem of unexpected) complaints.push(`first run: ${problem}`)
}

async function setUp(page, world, pictures) {
  await page.goto(world.setup)
  await page.getByLabel('User name').fill('root')
  await page
    .getByLabel(/^Password\b/)
    .first()
    .fill(PASSWORD)
  await page.getByLabel(/^Password again/).fill(PASSWORD)
  await page.screenshot({ path: `${pictures}setup.png` })
  await page.getByRole('button', { name: 'Create administrator' }).click()
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
  if (page.url().includes('token')) throw new Error('the set-up token stayed in the address')
}

async function getStarted(page, world, pictures) {
  await page.getByRole('button', { name: 'Add another one' }).click()
  await page.getByLabel('Base URL').fill(world.relay.base_url)
  await page.getByLabel('API key').fill('sk-wrong-key-that-is-long-enough')
  await page.getByRole('button', { name: 'Add provider' }).click()
  await page.getByText('Its models could not be read').waitFor()
  await page.screenshot({ path: `${pictures}welcome-provider-refused.png` })
  await page.getByLabel('Another API key').fill(world.relay.secret)
  await page.getByRole('button', { name: 'Save and try again' }).click()
  await page.getByText(/works: \d+ model/).waitFor()
  await page.goto(`${world.base}/providers`)
  await page.getByRole('link', { name: '127.0.0.1' }).click()
  await page.getByRole('button', { name: 'Read models' }).click()
  await page.getByText(/works: \d+ model/).waitFor()
  await page.screenshot({ path: `${pictures}provider-models.png` })
  world.providerId = new URL(page.url()).pathname.split('/').pop()
  await page.goto(`${world.base}/welcome`)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('Where it went and what it cost').waitFor()
  await page.screenshot({ path: `${pictures}welcome-answer.png`, fullPage: true })
}

async function makeKey(page, pictures) {
  await page.goto(new URL('/keys?new=true', page.url()).href)
  await page.getByRole('textbox', { name: 'Name' }).fill('laptop')
  await page.getByRole('button', { name: 'Create key' }).click()
  const secret = await page.getByTestId('secret').innerText()
  await page.screenshot({ path: `${pictures}key-made.png` })
  for (const client of ['Codex', 'Cherry Studio', 'curl']) {
    await page.getByText(client, { exact: true }).click()
    if (
      !(await page.getByRole('dialog').innerText()).includes(client === 'Cherry Studio' ? 'API Host' : secret)
    ) {
      throw new Error(`${client} is not told the key`)
    }
  }
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('link', { name: 'laptop' }).waitFor()
  return secret
}

async function call(world, secret, body) {
  const answer = await fetch(`${world.base}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  await answer.text()
}

async function findCall(page, world) {
  await page.getByRole('link', { name: 'Logs' }).click()
  const link = page.getByRole('link', { name: 'claude-sonnet-4-5' }).first()
  for (let tries = 0; tries < 20 && !(await link.isVisible()); tries += 1) {
    await page.waitForTimeout(250)
    await page.reload()
    await page.waitForSelector('main table[aria-busy=false], main h2')
  }
  world.callId = new URL(await link.getAttribute('href'), world.base).pathname.split('/').pop()
  await link.click()
  await page.getByRole('region', { name: 'Receipt' }).waitFor()
  await page.getByRole('link', { name: 'Keys' }).click()
  const key = page.getByRole('link', { name: 'laptop' }).first()
  world.keyId = new URL(await key.getAttribute('href'), world.base).pathname.split('/').pop()
}

async function deleteAndUndo(page) {
  await page.getByRole('button', { name: 'What to do with “laptop”' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('link', { name: 'laptop' }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('link', { name: 'laptop' }).waitFor()
}

async function signOutAndIn(page, world) {
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL('**/login*')
  await page.goto(`${world.base}/logs?hours=24`)
  await page.getByLabel('User name').fill('root')
  await page
    .getByLabel(/^Password\b/)
    .first()
    .fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/logs?hours=24')
  world.storage = await page.context().storageState()
}

/** Somebody who runs nothing here sees the own things, and is led away from the others. */
async function beCommon(browser, page, world) {
  const made = await page.request.post(`${world.base}/api/user/`, {
    data: { username: 'guest', password: PASSWORD },
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  if (!made.ok()) throw new Error(`the user was not made: ${await made.text()}`)
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en' })
  const other = await context.newPage()
  await other.goto(`${world.base}/login`)
  await other.getByLabel('User name').fill('guest')
  await other
    .getByLabel(/^Password\b/)
    .first()
    .fill(PASSWORD)
  await other.getByRole('button', { name: 'Sign in' }).click()
  await other.waitForURL('**/dashboard')
  await other.getByRole('link', { name: 'Keys' }).click()
  await other.getByRole('heading', { name: 'No keys yet' }).waitFor()
  if (await other.getByRole('link', { name: 'Providers' }).isVisible())
    throw new Error('a guest is shown providers')
  await other.goto(`${world.base}/providers`)
  await other.waitForURL('**/dashboard')
  world.guest = await context.storageState()
  await context.close()
}
