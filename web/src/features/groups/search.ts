/** What the page of groups shows; it stands in the address. */
export interface GroupSearch {
  /** Whether the form for a new group is open. */
  new?: true | undefined
}

/** Reads the address of the page. */
export function readGroupSearch(search: Record<string, unknown>): GroupSearch {
  return { new: search['new'] === true ? true : undefined }
}
