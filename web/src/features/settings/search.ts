/** Which settings are shown; it stands in the address. */
export interface SettingSearch {
  /** Letters of the name or of what it does. */
  q?: string | undefined
  /** Whether those are shown too that nothing reads yet. */
  kept?: true | undefined
}

/** Reads the address of the page. */
export function readSettingSearch(search: Record<string, unknown>): SettingSearch {
  return {
    q: typeof search['q'] === 'string' && search['q'] !== '' ? search['q'] : undefined,
    kept: search['kept'] === true ? true : undefined,
  }
}
