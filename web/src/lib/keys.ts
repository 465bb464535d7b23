import { queryOptions } from '@tanstack/react-query'
import { api, type Schemas, unwrap } from './api'

/** A key, without its secret. */
export type Key = Schemas['KeyView']

/** Whose keys are looked at. */
export type KeyOwner = 'own' | 'all'

const PAGE_SIZE = 100
/** Pages that are read to look through keys. */
const PAGES_MAX = 10

/** The newest keys, as far as they are looked through, and whether those are all there are. */
export const newestKeys = (whose: KeyOwner) =>
  queryOptions({
    queryKey: ['keys', 'newest', whose],
    queryFn: async () => {
      const keys: Key[] = []
      let cursor: string | undefined
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const query = { page_size: PAGE_SIZE, cursor, ...(whose === 'all' && { all: '1' }) }
        const { items, next_cursor: next } = unwrap(await api.GET('/api/agg-token/', { params: { query } }))
        keys.push(...items)
        if (next == null) return { keys, isWhole: true }
        cursor = next
      }
      return { keys, isWhole: false }
    },
  })
