const BYTES = 16

/** Returns a random name that nobody else has. Browsers make UUIDs only for pages that came over TLS. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
