import { infiniteQueryOptions } from '@tanstack/react-query'
import { api, firstPage, type Schemas, unwrap } from '@/lib/api'
import type { AuditSearch } from './search'

/** A change that somebody asked for. */
export type Entry = Schemas['AuditEntryView']

const PAGE_SIZE = 50

/** Who changed what, newest first. */
export const entryList = (search: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ['audit', search],
    queryFn: async ({ pageParam }) => {
      const query = { user: search.user, status: search.status, page_size: PAGE_SIZE, cursor: pageParam }
      return unwrap(await api.GET('/api/audit/', { params: { query } }))
    },
    initialPageParam: firstPage(),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  })
