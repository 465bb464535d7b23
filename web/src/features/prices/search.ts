/** The views of the prices. */
export const VIEWS = ['effective', 'unpriced', 'stated', 'builtin', 'disputed'] as const

/** A view of the prices. */
export type View = (typeof VIEWS)[number]

/** What the page of prices shows; it stands in the address. */
export interface PriceSearch {
  /** What holds now where nothing is said. */
  view?: View | undefined
  /** Letters of the model's name. */
  q?: string | undefined
  /** Whether the form for a new price is open. */
  new?: true | undefined
  /** The model that is looked at, as it is called at the provider `at`. */
  model?: string | undefined
  /** Id of the provider at which `model` is looked at. */
  at?: number | undefined
}

/** Reads the address of the page. */
export function readPriceSearch(search: Record<string, unknown>): PriceSearch {
  const text = (name: string) => {
    const value = search[name]
    if (typeof value === 'number') return String(value)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const at = search['at']
  return {
    view: VIEWS.find((name) => name === search['view']),
    q: text('q'),
    new: search['new'] === true ? true : undefined,
    model: text('model'),
    at: typeof at === 'number' && Number.isSafeInteger(at) ? at : undefined,
  }
}
