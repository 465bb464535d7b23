/** What the page of budgets shows; it stands in the address. */
export interface BudgetSearch {
  /** Whether the form for a new budget is open. */
  new?: true | undefined
}

/** Reads the address of the page. */
export function readBudgetSearch(search: Record<string, unknown>): BudgetSearch {
  return { new: search['new'] === true ? true : undefined }
}
