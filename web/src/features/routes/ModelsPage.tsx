import { Skeleton, Stack } from '@mantine/core'
import { IconRoute, IconSearchOff } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { BulkBar, useSelection } from '@/components/bulk'
import { LoadMore } from '@/components/LoadMore'
import { Page } from '@/components/Page'
import { SearchInput } from '@/components/SearchInput'
import { EmptyState, ErrorState } from '@/components/States'
import { ModelSection } from './ModelSection'
import { type Route, routeList, useBulkRoutes } from './queries'
import { Way } from './Way'

const route = getRouteApi('/shell/admin/models')

/** What can be asked for, and who serves it in which order. */
export function ModelsPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const go = route.useNavigate()
  const found = useInfiniteQuery(routeList(search.q))
  const rows = found.data?.pages.flatMap((page) => page.items)
  const selection = useSelection(rows?.map(({ id }) => id) ?? [])
  const bulk = useBulkRoutes()
  return (
    <Page title={t('routes.title')} about={t('routes.about')}>
      <SearchInput
        label={t('routes.search')}
        maw={360}
        value={search.q ?? ''}
        onSearch={(q) => void go({ search: { ...search, q: q === '' ? undefined : q }, replace: true })}
      />
      {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && (
        <Stack>
          <Skeleton height={140} />
          <Skeleton height={140} />
        </Stack>
      )}
      {rows?.length === 0 && <Nothing text={search.q} />}
      {byModel(rows ?? []).map(([model, routes]) => (
        <ModelSection
          key={model}
          model={model}
          routes={routes}
          selection={selection}
          onWay={() => void go({ search: { ...search, way: model.replaceAll('*', '') } })}
        />
      ))}
      <BulkBar selection={selection} act={bulk.mutateAsync} />
      <LoadMore
        hasMore={found.hasNextPage}
        isLoading={found.isFetchingNextPage}
        onMore={() => void found.fetchNextPage()}
      />
      <Way
        key={search.way}
        model={search.way}
        onClose={() => void go({ search: { ...search, way: undefined }, replace: true })}
      />
    </Page>
  )
}

/** Routes of the same model together, in the order in which they are tried. */
function byModel(rows: Route[]): [string, Route[]][] {
  const groups = new Map<string, Route[]>()
  for (const row of rows) groups.set(row.model_name, [...(groups.get(row.model_name) ?? []), row])
  const order = (one: Route, other: Route) =>
    other.priority - one.priority ||
    Number(other.enabled) - Number(one.enabled) ||
    (other.effective_share_percent ?? 0) - (one.effective_share_percent ?? 0)
  return [...groups].map(([model, routes]) => [model, routes.toSorted(order)])
}

function Nothing({ text }: { text: string | undefined }) {
  const { t } = useTranslation()
  if (text !== undefined) {
    return (
      <EmptyState icon={IconSearchOff} title={t('routes.nothing')}>
        {t('routes.nothingHint')}
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={IconRoute} title={t('routes.empty')}>
      {t('routes.emptyHint')}
    </EmptyState>
  )
}
