// What holds for every page: no error in the console, nothing wider than the screen, no key of a text instead of the
// text, and nothing that axe calls serious.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']
const TEXT_KEY =
  /\b(account|accounts|audit|budgets|bulk|candidates|common|connect|dashboard|errors|groups|jobs|keys|limits|logs|money|nav|obstacles|palette|playground|prices|profile|providers|range|remarks|routes|rules|settings|strategies|usage|users|welcome)\.[a-z]\w+/

/** Notes what a page complains about. */
export function listen(page, problems) {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`script: ${error.message}`))
}

/** Looks at a page as it stands. */
export async function inspect(page, problems) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  if (width > 0) problems.push(`${width} px wider than the screen`)
  const text = await page.evaluate(() => document.body.innerText)
  const key = TEXT_KEY.exec(text)
  if (key) problems.push(`a text is missing: ${key[0]}`)
  // Evaluated by the browser's own tools, which the policy of the page does not bind.
  await page.evaluate(axe)
  const found = await page.evaluate((rules) => window.axe.run({ runOnly: rules }), RULES)
  for (const { id, impact, nodes } of found.violations) {
    if (impact !== 'serious' && impact !== 'critical') continue
    const where = nodes
      .slice(0, 3)
      .map((node) => `${node.target.join(' ')} (${node.any[0]?.message ?? node.html})`)
    problems.push(`axe ${id}: ${where.join('; ')}`)
  }
}
