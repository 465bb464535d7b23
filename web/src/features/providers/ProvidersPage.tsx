import { Button, Drawer, Group, Text, Tooltip } from '@mantine/core'
import { IconPlus, IconSearchOff, IconServer2 } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { BulkBar, useSelection } from '@/components/bulk'
import type { Column } from '@/components/DataTable'
import { LinkAnchor } from '@/components/Links'
import { Page } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { SearchInput } from '@/components/SearchInput'
import { EmptyState } from '@/components/States'
import { useDeleted } from '@/components/undo'
import { useFormat } from '@/lib/format'
import { AddProvider } from './AddProvider'
import { Balance } from './Balance'
import { Health } from './Health'
import { ProviderMenu } from './ProviderMenu'
import { ProviderStatus } from './ProviderStatus'
import { type Provider, providerList, useBulkProviders } from './queries'
import { Transfer } from './Transfer'

const route = getRouteApi('/shell/admin/providers')

const CHOOSING = {
  idOf: ({ id }: Provider) => id,
  nameOf: ({ name }: Provider) => name,
  canChoose: ({ origin }: Provider) => origin !== 'file',
}

/** The accounts that calls are sent to. */
export function ProvidersPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const go = route.useNavigate()
  const providers = useInfiniteQuery(providerList(search.q))
  const deleted = useDeleted()
  const columns = useColumns()
  const rows = providers.data?.pages
    .flatMap((page) => page.items)
    .filter(({ id }) => !deleted.has(`provider-${id}`))
  const selection = useSelection(rows?.map(({ id }) => id) ?? [])
  const bulk = useBulkProviders()
  const isEmpty = rows?.length === 0 && search.q === undefined
  const close = () => void go({ search: { ...search, new: undefined } })
  const add = (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => void go({ search: { ...search, new: true } })}
    >
      {t('providers.new')}
    </Button>
  )
  const actions = (
    <>
      <Transfer />
      {!isEmpty && add}
    </>
  )
  return (
    <Page title={t('providers.title')} about={t('providers.about')} actions={actions}>
      {!providers.isError && !isEmpty && (
        <SearchInput
          label={t('providers.search')}
          value={search.q ?? ''}
          maw={360}
          onSearch={(q) => void go({ search: { ...search, q: q === '' ? undefined : q }, replace: true })}
        />
      )}
      <PagedTable
        found={providers}
        empty={
          isEmpty ? (
            <EmptyState icon={IconServer2} title={t('providers.empty')} actions={add}>
              {t('providers.emptyHint')}
            </EmptyState>
          ) : (
            <EmptyState icon={IconSearchOff} title={t('providers.nothing')}>
              {t('providers.nothingHint', { text: search.q ?? '' })}
            </EmptyState>
          )
        }
        label={t('providers.title')}
        columns={columns}
        rows={rows}
        rowId={(provider) => provider.id}
        isMuted={(provider) => provider.status !== 1}
        selection={{ ...selection, ...CHOOSING }}
        onOpen={(provider) => void go({ to: '/providers/$id', params: { id: String(provider.id) } })}
      />
      <BulkBar selection={selection} act={bulk.mutateAsync} />
      <Drawer opened={search.new === true} onClose={close} size="lg" title={t('providers.new')}>
        <AddProvider
          taken={rows?.map(({ name }) => name) ?? []}
          onDone={({ id }) => void go({ to: '/providers/$id', params: { id: String(id) } })}
        />
      </Drawer>
    </Page>
  )
}

function useColumns(): Column<Provider>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      id: 'name',
      header: t('providers.name'),
      role: 'title',
      cell: (provider) => <ProviderName named={provider} />,
    },
    { id: 'status', header: t('providers.status'), cell: (provider) => <ProviderStatus of={provider} /> },
    { id: 'health', header: t('providers.health'), cell: (provider) => <Health of={provider} /> },
    {
      id: 'balance',
      header: t('providers.balance'),
      align: 'right',
      cell: (provider) => <Balance of={provider} />,
    },
    {
      id: 'spent',
      header: t('providers.spentToday'),
      align: 'right',
      cell: (provider) => <Today of={provider} />,
    },
    {
      id: 'models',
      header: t('providers.modelCount'),
      align: 'right',
      isMinor: true,
      cell: (provider) => format.number(provider.model_count),
    },
    {
      id: 'priority',
      header: t('providers.priorityWeight'),
      align: 'right',
      isMinor: true,
      cell: ({ priority, weight }) => `${priority} · ${weight}`,
    },
    {
      id: 'actions',
      header: t('common.actions'),
      role: 'actions',
      cell: (provider) => <ProviderMenu of={provider} />,
    },
  ]
}

function ProviderName({ named }: { named: Provider }) {
  return (
    <div>
      <Group gap={8}>
        <LinkAnchor to="/providers/$id" params={{ id: String(named.id) }} fw={550} c="inherit">
          {named.name}
        </LinkAnchor>
        <Text span size="xs" c="dimmed">
          {named.vendor}
        </Text>
      </Group>
      <Text size="xs" c="dimmed">
        {named.base_url}
      </Text>
    </div>
  )
}

/** What was spent today, and on how many calls. */
function Today({ of: provider }: { of: Provider }) {
  const { t } = useTranslation()
  const format = useFormat()
  const calls = t('providers.callsToday', { count: provider.calls_today })
  const failed =
    provider.failures_today === 0
      ? ''
      : ` ${t('providers.failuresToday', { count: provider.failures_today })}`
  return (
    <Tooltip label={calls + failed}>
      <span>{format.money(provider.spent_today_micros)}</span>
    </Tooltip>
  )
}
