/** Which models are shown; it stands in the address. */
export interface ModelSearch {
  /** Letters of the name. */
  q?: string | undefined
  /** The model whose way is looked at. */
  way?: string | undefined
}

/** Reads the address of the list. */
export function readModelSearch(search: Record<string, unknown>): ModelSearch {
  const text = (name: string) => {
    const value = search[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return { q: text('q'), way: text('way') }
}
