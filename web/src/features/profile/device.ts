// The first that matches counts: most browsers name others besides themselves.
const BROWSERS: readonly [string, RegExp][] = [
  ['Edge', /\bEdgA?\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:Chrome|HeadlessChrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+).*\bSafari\//],
  ['curl', /^curl\/(\d+)/],
]

const SYSTEMS: readonly [string, RegExp][] = [
  ['Android', /Android/],
  ['iOS', /iPhone|iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X|Macintosh/],
  ['ChromeOS', /CrOS/],
  ['Linux', /Linux/],
]

/** Returns what people call a browser, by what it calls itself: `Firefox 140 · Windows`; empty where that says nothing. */
export function deviceOf(userAgent: string): string {
  const browser = BROWSERS.map(([name, shape]) => {
    const version = shape.exec(userAgent)?.[1]
    return version === undefined ? '' : `${name} ${version}`
  }).find((text) => text !== '')
  const system = SYSTEMS.find(([, shape]) => shape.test(userAgent))?.[0]
  return [browser, system].filter((text) => text !== undefined).join(' · ')
}
