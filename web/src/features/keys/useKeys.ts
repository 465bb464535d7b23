import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useDeleted } from '@/components/undo'
import { type KeyOwner, newestKeys } from '@/lib/keys'
import { keyList } from './queries'
import type { KeySearch } from './search'

/** Returns the keys to be listed: page by page, or those that match among the newest. */
export function useKeys({ q, user }: KeySearch, whose: KeyOwner) {
  const deleted = useDeleted()
  const owner = whose === 'all' ? user : undefined
  const isSearch = q !== undefined || owner !== undefined
  const paged = useInfiniteQuery({ ...keyList(whose), enabled: !isSearch })
  const searched = useQuery({ ...newestKeys(whose), enabled: isSearch })
  const all = isSearch ? searched.data?.keys : paged.data?.pages.flatMap((page) => page.items)
  const letters = (q ?? '').toLowerCase()
  const rows = all?.filter(
    (key) =>
      !deleted.has(`key-${key.id}`) &&
      (owner === undefined || key.user_id === owner) &&
      key.name.toLowerCase().includes(letters),
  )
  const from = isSearch ? searched : paged
  return {
    rows,
    error: from.error,
    retry: () => void from.refetch(),
    /** Whether all keys were looked through, and not only the newest. */
    isWhole: !isSearch || searched.data?.isWhole !== false,
    hasMore: !isSearch && paged.hasNextPage,
    isLoadingMore: paged.isFetchingNextPage,
    more: () => void paged.fetchNextPage(),
  }
}
