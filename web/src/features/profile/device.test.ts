import { expect, it } from 'vitest'
import { deviceOf } from './device'

const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
const CHROMIUM = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'

it.each([
  [`${WINDOWS} ${CHROMIUM} Edg/141.0.0.0`, 'Edge 141 · Windows'],
  [`${WINDOWS} ${CHROMIUM}`, 'Chrome 141 · Windows'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox 140 · Linux'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari 18 · iOS',
  ],
  ['curl/8.5.0', 'curl 8'],
  ['something of its own', ''],
])('calls %s what people call it', (userAgent, name) => {
  expect(deviceOf(userAgent)).toBe(name)
})
