/** What the page of jobs shows; it stands in the address. */
export interface JobSearch {
  /** The job whose history is open. */
  job?: string | undefined
}

/** Reads the address of the page. */
export function readJobSearch(search: Record<string, unknown>): JobSearch {
  const job = search['job']
  return { job: typeof job === 'string' && job !== '' ? job : undefined }
}
