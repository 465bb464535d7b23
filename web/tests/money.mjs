// What people do with money: a user who pays, a top-up that happens once, a correction, a budget, a price.

/** Makes a user who pays, and moves money; leaves in `world` what the pages of money need. */
export async function manageMoney(page, world, pictures) {
  await makePayer(page, world)
  await topUpOnce(page, world, pictures)
  await correct(page)
  await limit(page)
  await statePrice(page, world, pictures)
  await makeGroup(page, world)
}

async function makePayer(page, world) {
  await page.goto(`${world.base}/users?new=true`)
  const form = page.getByRole('dialog')
  await form.getByLabel(/^User name/).fill('mia')
  await form.getByRole('button', { name: 'Make one up' }).click()
  await form.getByLabel('Pays for calls').click()
  await form.getByRole('button', { name: 'Create user' }).click()
  await page.getByRole('heading', { name: 'mia', level: 1 }).waitFor()
  world.userId = new URL(page.url()).pathname.split('/').pop()
}

async function topUpOnce(page, world, pictures) {
  await page.getByRole('button', { name: 'Top up' }).click()
  await page.getByLabel(/^Amount/).fill('25.000001')
  await page.getByLabel('Note').fill('invoice 7')
  await page.getByLabel('Note').press('Enter')
  // Enter alone books nothing: the question stands there first.
  await page.getByText('Book $25.000001 to the account of mia?').waitFor()
  await page.screenshot({ path: `${pictures}top-up.png` })
  await page.getByRole('button', { name: 'Book $25.000001' }).dblclick()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Account', exact: true }).click()
  await page.getByRole('heading', { name: 'mia', level: 1 }).waitFor()
  world.accountId = new URL(page.url()).pathname.split('/').pop()
  const rows = page.getByRole('table', { name: 'Transfers' }).getByRole('row')
  await rows.getByText('+$25.000001').waitFor()
  if ((await rows.count()) !== 2) throw new Error('a double click booked twice')
}

async function correct(page) {
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Correct a mistake' }).click()
  const form = page.getByRole('dialog')
  await form.getByText('Take from it').click()
  await form.getByLabel(/^Amount/).fill('0.000001')
  await form.getByRole('button', { name: 'Continue' }).click()
  await form.getByText('Say what is put right.').waitFor()
  await form.getByLabel(/^Note/).fill('typed one too many')
  await form.getByRole('button', { name: 'Continue' }).click()
  await form.getByText('Take $0.000001 from the account of mia?').waitFor()
  await form.getByRole('button', { name: 'Take $0.000001' }).click()
  await page.getByText('−$0.000001').first().waitFor()
}

async function limit(page) {
  await page.getByRole('link', { name: 'User', exact: true }).click()
  await page.getByRole('heading', { name: 'mia', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Add budget' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel(/^Limit/).fill('2.50')
  await form.getByRole('button', { name: 'Add budget' }).click()
  await page.getByText('$0.00 of $2.50').waitFor()
}

async function statePrice(page, world, pictures) {
  await page.goto(`${world.base}/prices?new=true`)
  const form = page.getByRole('dialog')
  await form.getByLabel(/^Model/).fill('pear-1')
  await form.getByLabel('Input', { exact: true }).fill('2.50')
  await form.getByLabel('Output', { exact: true }).fill('ten')
  await form.getByRole('button', { name: 'Set this price' }).click()
  await form.getByText('Standard: type rates such as 2.50 or 0.075.').waitFor()
  await form.getByLabel('Output', { exact: true }).fill('10.000001')
  await form.getByRole('button', { name: 'Rates for long requests' }).click()
  await form.getByLabel(/^From more than/).fill('200000')
  await form.getByRole('group').getByLabel('Input', { exact: true }).fill('5')
  await page.screenshot({ path: `${pictures}price-form.png` })
  await form.getByRole('button', { name: 'Set this price' }).click()
  await page.goto(`${world.base}/prices?view=stated`)
  await page.getByText('$2.50 → $10.000001').waitFor()
}

async function makeGroup(page, world) {
  await page.goto(`${world.base}/groups?new=true`)
  await page.getByLabel(/^Name/).fill('friends')
  await page.getByLabel(/^Price factor/).fill('0.8')
  await page.getByRole('button', { name: 'Create group' }).click()
  await page.getByText('× 0.8').waitFor()
}
