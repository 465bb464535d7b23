// What people do later: rules, the order of routes, a trial of a provider, a new secret, tokens.
import { listen } from './looking.mjs'

const STEP_MAX_MS = 90_000

/** Changes what is there, as somebody who is signed in; complains of what the browser complains of. */
export async function laterOn(browser, world, complaints, pictures) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    locale: 'en',
    storageState: world.storage,
  })
  context.setDefaultTimeout(STEP_MAX_MS)
  const page = await context.newPage()
  const problems = []
  listen(page, problems)
  await writeRules(page, world, pictures)
  await moveRoutes(page, world, pictures)
  await tryProvider(page, world, pictures)
  await rotateKey(page, world)
  await makeToken(page, world, pictures)
  await changeSettings(page, world, pictures)
  await changeMany(page, world, pictures)
  await limitKey(page, world, pictures)
  await findKeyAccount(page, world)
  await switchRoutes(page, world)
  await lookAtYesterday(page, world, pictures)
  await exportCalls(page, world)
  await context.close()
  // The browser complains of the one setting that was refused, as it must be.
  const refused = problems.findIndex((problem) => problem.includes('400 (Bad Request)'))
  if (refused < 0) complaints.push('later on: a setting that is wrong was not refused')
  else problems.splice(refused, 1)
  for (const problem of problems) complaints.push(`later on: ${problem}`)
}

/** A rule with a mistake points at it; without it the rule decides, is saved, and is not forgotten by leaving. */
async function writeRules(page, world, pictures) {
  await page.goto(`${world.base}/rules`)
  await page.getByRole('button', { name: 'Add the rule “Long prompts”' }).click()
  await page.locator('.cm-line', { hasText: 'when: TokenCount' }).click()
  await page.keyboard.press('End')
  await page.keyboard.type(' or Modle == "gpt-4o"')
  await page.getByRole('button', { name: /^Line 4: .*`Modle`/ }).waitFor()
  await page.screenshot({ path: `${pictures}rules-wrong.png` })
  if (await page.getByRole('button', { name: 'Save' }).isEnabled())
    throw new Error('a wrong rule can be saved')
  await page.getByRole('link', { name: 'Logs' }).click()
  await page.getByRole('button', { name: 'Stay' }).click()
  await page.locator('.cm-line', { hasText: 'when: TokenCount' }).click()
  await page.keyboard.press('End')
  for (let count = 0; count < ' or Modle == "gpt-4o"'.length; count += 1)
    await page.keyboard.press('Backspace')
  await page.getByLabel('Tokens', { exact: true }).fill('20000')
  await page.getByText('“Long prompts” decides').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved', { exact: true }).first().waitFor()
  await page.reload()
  await page.locator('.cm-line', { hasText: 'TokenCount > 12000' }).waitFor()
}

/** By the keyboard alone a route goes before the others, and back among them. */
async function moveRoutes(page, world, pictures) {
  await page.goto(`${world.base}/models?q=gpt-4o-mini`)
  const grip = page.getByRole('button', { name: 'Move 127.0.0.1' }).first()
  await grip.focus()
  await grip.press('ArrowUp')
  await page.getByText('Tried first · priority 10').waitFor()
  await page.screenshot({ path: `${pictures}models-tiers.png`, fullPage: true })
  await grip.focus()
  await grip.press('ArrowDown')
  await page.getByText('Tried first · priority 10').waitFor({ state: 'detached' })
}

async function tryProvider(page, world, pictures) {
  await page.goto(`${world.base}/providers/${world.providerId}`)
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await page.getByLabel('Message').fill('are you there?')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('You said: are you there?').waitFor()
  await page.screenshot({ path: `${pictures}provider-test.png` })
}

/** The new secret works, and the old one does so too for a while. */
async function rotateKey(page, world) {
  await page.goto(`${world.base}/keys/${world.keyId}`)
  await page.getByRole('button', { name: 'New secret' }).click()
  await page.getByRole('button', { name: 'Make new secret' }).click()
  const secret = await page.getByTestId('secret').innerText()
  for (const each of [secret, world.secret]) {
    const answer = await fetch(`${world.base}/v1/models`, { headers: { authorization: `Bearer ${each}` } })
    if (!answer.ok) throw new Error(`a secret does not work: ${answer.status}`)
  }
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByText('Old secret works until').waitFor()
}

/** A token is shown once, works, and does not once it is revoked. */
async function makeToken(page, world, pictures) {
  await page.goto(`${world.base}/profile`)
  await page.getByRole('button', { name: 'New token' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('backup script')
  await page.getByRole('button', { name: 'Make token' }).click()
  const token = await page.getByLabel('Token', { exact: true }).innerText()
  await page.screenshot({ path: `${pictures}token-made.png` })
  const self = () =>
    fetch(`${world.base}/api/user/self`, { headers: { authorization: `Bearer ${token.trim()}` } })
  if (!(await self()).ok) throw new Error('the token does not work')
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Revoke “backup script”' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('“backup script” revoked').waitFor()
  if ((await self()).status !== 401) throw new Error('a revoked token works')
}

/** What is set is in force, what is wrong is said at its field, and the default is one click away. */
async function changeSettings(page, world, pictures) {
  await page.goto(`${world.base}/settings?q=SystemName`)
  const name = page.getByRole('textbox', { name: /name/i }).last()
  await name.fill('Harbour')
  await name.press('Enter')
  await page.getByText('Saved', { exact: true }).first().waitFor()
  const told = await fetch(`${world.base}/api/status`).then((answer) => answer.json())
  if (told.data.system_name !== 'Harbour') throw new Error('a setting is not in force')
  await page.getByRole('button', { name: 'Reset SystemName to its default' }).click()
  await page.getByRole('button', { name: 'Reset SystemName to its default' }).waitFor({ state: 'detached' })
  await page.goto(`${world.base}/settings?q=ServerAddress`)
  const address = page.locator('main section input').last()
  await address.fill('ftp://sluice.example')
  await address.press('Enter')
  await page
    .getByText(/ServerAddress.*http/)
    .last()
    .waitFor()
  await page.screenshot({ path: `${pictures}settings-wrong.png` })
}

/** Two keys are switched off at once. */
async function changeMany(page, world, pictures) {
  for (const name of ['one of many', 'another of many']) {
    const made = await page.request.post(`${world.base}/api/agg-token/`, {
      data: { name },
      headers: { 'sec-fetch-site': 'same-origin' },
    })
    if (!made.ok()) throw new Error(`no key was made: ${await made.text()}`)
  }
  await page.goto(`${world.base}/keys?q=of%20many`)
  await page.getByRole('checkbox', { name: 'Select one of many' }).check()
  await page.getByRole('checkbox', { name: 'Select another of many' }).check()
  const bar = page.getByRole('region', { name: '2 selected' })
  await page.screenshot({ path: `${pictures}keys-many.png` })
  await bar.getByRole('button', { name: 'Disable' }).click()
  await bar.waitFor({ state: 'detached' })
  await page.getByRole('row', { name: /one of many.*Disabled/s }).waitFor()
}

/** A key gets a budget as it is made, and another one later. */
async function limitKey(page, world, pictures) {
  await page.goto(`${world.base}/keys?new=true`)
  const form = page.getByRole('dialog')
  await form.getByRole('textbox', { name: 'Name' }).fill('frugal')
  await form.getByLabel('In total').fill('a lot')
  await form.getByRole('button', { name: 'Create key' }).click()
  await form.getByText('Type an amount such as 10 or 2.50.').waitFor()
  await form.getByLabel('In total').fill('1.50')
  await page.screenshot({ path: `${pictures}key-budget.png` })
  await form.getByRole('button', { name: 'Create key' }).click()
  await form.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('link', { name: 'frugal' }).click()
  await page.getByText('$0.00 of $1.50').waitFor()
  await page.getByRole('button', { name: 'Edit' }).click()
  await form.getByLabel('A month').fill('0.75')
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText('$0.00 of $0.75').waitFor()
  await page.getByText('$0.00 of $1.50').waitFor()
  await page.getByRole('alert').getByRole('button', { name: 'Close' }).first().click()
}

async function findKeyAccount(page, world) {
  await page.goto(`${world.base}/accounts`)
  await page.getByRole('combobox', { name: 'Find the account of a user or key' }).fill('frug')
  await page.getByRole('option', { name: /^frugal/ }).click()
  await page.getByRole('heading', { name: 'frugal', level: 1 }).waitFor()
}

/** Routes of two models are switched off at once, and on again. */
async function switchRoutes(page, world) {
  await page.goto(`${world.base}/models?q=gpt`)
  const names = [/^Select gpt-5 · /, /^Select gpt-4o-mini-tts · /]
  for (const [act, isOn] of [
    ['Disable', false],
    ['Enable', true],
  ]) {
    for (const name of names) await page.getByRole('checkbox', { name }).check()
    const bar = page.getByRole('region', { name: '2 selected' })
    await bar.getByRole('button', { name: act }).click()
    await bar.waitFor({ state: 'detached' })
    const table = page.getByRole('table', { name: 'gpt-5', exact: true })
    await table.getByRole('switch', { checked: isOn }).waitFor()
  }
}

/** Any other time is chosen by its ends, and stands in the address. */
async function lookAtYesterday(page, world, pictures) {
  for (const place of ['dashboard', 'logs']) {
    await page.goto(`${world.base}/${place}`)
    await page.getByRole('button', { name: 'Any other time' }).click()
    await page.getByLabel('From', { exact: true }).fill('2026-01-30T14:00')
    await page.getByLabel('To', { exact: true }).fill('2026-01-31T09:30')
    await page.screenshot({ path: `${pictures}range-${place}.png` })
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.waitForURL(/from=\d+&to=\d+/)
    await page.getByRole('button', { name: /^Any other time: Jan 30, 14:00/ }).waitFor()
  }
}

async function exportCalls(page, world) {
  await page.goto(`${world.base}/logs?model=claude-sonnet-4-5`)
  await page.getByRole('button', { name: 'Export' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Table (CSV)' }).click(),
  ])
  if (!file.suggestedFilename().endsWith('.csv')) throw new Error(`exported as ${file.suggestedFilename()}`)
}
