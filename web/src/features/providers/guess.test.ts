import { describe, expect, it } from 'vitest'
import { guessVendor, readPasted, suggestName } from './guess'
import type { Vendor } from './queries'

const openai = { name: 'openai', base_url: 'https://api.openai.com' } as Vendor
const azure = { name: 'azure', base_url: null } as Vendor
const KEY = 'sk-proj-0123456789abcdefghijkl'

describe('what was pasted', () => {
  it.each([
    [`https://relay.example/v1 ${KEY}`, 'https://relay.example/v1'],
    [`OPENAI_API_KEY="${KEY}"\nOPENAI_BASE_URL="https://relay.example"`, 'https://relay.example'],
    [`{"key": "${KEY}", "url": "http://127.0.0.1:8080"}`, 'http://127.0.0.1:8080'],
  ])('%j holds an address and a key', (text, baseUrl) => {
    expect(readPasted(text)).toEqual({ baseUrl, key: KEY })
  })

  it('may be only one of them, or neither', () => {
    expect(readPasted('https://relay.example')).toEqual({ baseUrl: 'https://relay.example' })
    expect(readPasted(KEY)).toEqual({ key: KEY })
    expect(readPasted('hello there')).toEqual({})
  })
})

describe('the vendor', () => {
  it('is the one with that host', () => {
    expect(guessVendor([azure, openai], 'https://api.openai.com/v1')).toBe(openai)
    expect(guessVendor([azure, openai], 'https://relay.example')).toBeUndefined()
    expect(guessVendor([azure, openai], 'https://api.openai.com:8443')).toBeUndefined()
    expect(guessVendor([azure, openai], 'not an address')).toBeUndefined()
  })

  it('gives the provider its name, else the host does', () => {
    expect(suggestName(openai, 'https://api.openai.com')).toBe('openai')
    expect(suggestName(undefined, 'https://api.relay.example/v1')).toBe('relay.example')
  })
})
