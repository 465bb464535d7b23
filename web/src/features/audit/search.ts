/** Which changes are shown; it stands in the address. */
export interface AuditSearch {
  /** Name or id of who made them. */
  user?: string | undefined
  status?: 'success' | 'error' | undefined
}

/** Reads the address of the audit log. */
export function readAuditSearch(search: Record<string, unknown>): AuditSearch {
  const { user, status } = search
  return {
    user: typeof user === 'number' || (typeof user === 'string' && user !== '') ? String(user) : undefined,
    status: status === 'success' || status === 'error' ? status : undefined,
  }
}
