import { Text } from '@mantine/core'
import { IconSearchOff } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { LoadMore } from '@/components/LoadMore'
import { EmptyState, ErrorState } from '@/components/States'
import { PriceText, Since, Source } from './PriceText'
import { builtinList, type Version } from './queries'
import { OwnPrice } from './StatedPrices'
import { followerOf, type PriceValues } from './values'

interface Props {
  text: string | undefined
  onSet: (values: PriceValues) => void
}

/** List prices of vendors, as Sluice knows them by itself. */
export function BuiltinPrices({ text, onSet }: Props) {
  const { t } = useTranslation()
  const found = useInfiniteQuery(builtinList(text))
  const rows = found.data?.pages.flatMap((page) => page.items)
  const columns: Column<Version>[] = [
    {
      id: 'model',
      header: t('prices.model'),
      role: 'title',
      cell: ({ model }) => (
        <Text size="sm" fw={550}>
          {model}
        </Text>
      ),
    },
    { id: 'vendor', header: t('prices.vendor'), cell: ({ vendor }) => vendor ?? t('prices.everywhere') },
    { id: 'price', header: t('prices.price'), align: 'right', cell: (version) => <PriceText of={version} /> },
    { id: 'source', header: t('prices.source'), isMinor: true, cell: (version) => <Source of={version} /> },
    {
      id: 'since',
      header: t('prices.since'),
      isMinor: true,
      cell: (version) => <Since at={version.effective_from} />,
    },
    {
      id: 'actions',
      header: t('common.actions'),
      role: 'actions',
      cell: (version) => <OwnPrice onClick={() => onSet(followerOf(version, 'cost'))} />,
    },
  ]
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  if (rows?.length === 0) {
    return (
      <EmptyState icon={IconSearchOff} title={t('prices.nothing')}>
        {t('prices.nothingHint', { text: text ?? '' })}
      </EmptyState>
    )
  }
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('prices.builtinHint')}
      </Text>
      <DataTable
        label={t('prices.views.builtin')}
        columns={columns}
        rows={rows}
        rowId={({ version }) => version}
      />
      <LoadMore
        hasMore={found.hasNextPage}
        isLoading={found.isFetchingNextPage}
        onMore={() => void found.fetchNextPage()}
      />
    </>
  )
}
