import type { Vendor } from './queries'

/** What somebody pasted to reach a provider: an address, a secret, or both in any order. */
export interface Pasted {
  baseUrl?: string
  key?: string
}

/** Finds the address and the secret in a text such as `OPENAI_BASE_URL=https://… OPENAI_API_KEY=sk-…`. */
export function readPasted(text: string): Pasted {
  const address = /https?:\/\/[^\s"'`,;<>]+/.exec(text)?.[0]
  const rest = address === undefined ? text : text.replace(address, ' ')
  const key = rest.split(/[\s"'`,;=:]+/).find((word) => /^[A-Za-z0-9_.-]{20,}$/.test(word) && /\d/.test(word))
  return { ...(address !== undefined && { baseUrl: address }), ...(key !== undefined && { key }) }
}

/** Returns the vendor whose own address has the same host and port; the API guesses by the same rule. */
export function guessVendor(vendors: Vendor[], baseUrl: string): Vendor | undefined {
  const host = hostOf(baseUrl)
  return vendors.find((vendor) => host !== '' && vendor.base_url != null && hostOf(vendor.base_url) === host)
}

/** Returns a name for a provider: that of its vendor, else its host without what most hosts begin with. */
export function suggestName(vendor: Vendor | undefined, baseUrl: string): string {
  return vendor?.name ?? hostOf(baseUrl).replace(/^(api|www|gateway)\./, '')
}

function hostOf(url: string): string {
  try {
    return new URL(url).host
  } catch {
    return ''
  }
}
