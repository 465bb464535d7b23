import { Text } from '@mantine/core'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { DataTable, type TableProps } from './DataTable'
import { LoadMore } from './LoadMore'
import { ErrorState } from './States'

interface Props<T> extends TableProps<T> {
  /** Where the rows come from, page by page. */
  found: Pick<
    UseInfiniteQueryResult,
    'error' | 'refetch' | 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'
  >
  /** What stands where no row is. */
  empty: ReactNode
  /** What the rows have in common, above them. */
  hint?: string
}

/** A list of the API: its rows with the way to more of them, or why there are none. */
export function PagedTable<T>({ found, empty, hint, ...table }: Props<T>) {
  if (found.error) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  return (
    <>
      {table.rows?.length === 0 ? (
        empty
      ) : (
        <>
          {hint !== undefined && (
            <Text size="sm" c="dimmed">
              {hint}
            </Text>
          )}
          <DataTable {...table} />
        </>
      )}
      <LoadMore
        hasMore={found.hasNextPage}
        isLoading={found.isFetchingNextPage}
        onMore={() => void found.fetchNextPage()}
      />
    </>
  )
}
