import { useEffect, useRef, useState } from 'react'

const SHOWN_MS = 1_600

/** Returns a way to copy a text, and whether that happened just now. */
export function useCopy(text: string): { isCopied: boolean; copy: () => void } {
  const [isCopied, setCopied] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const copy = () => {
    void write(text).then((done) => {
      setCopied(done)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => setCopied(false), SHOWN_MS)
    })
  }
  return { isCopied, copy }
}

async function write(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch {
      // Refused; the old way may still work.
    }
  }
  return copySelected(text)
}

/** The old way, which is the only one for pages that came without TLS from another machine. */
function copySelected(text: string): boolean {
  const place = document.querySelector('[role="dialog"]') ?? document.body
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.className = 'visually-hidden'
  place.append(field)
  field.select()
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const done = document.execCommand('copy')
  field.remove()
  return done
}
