import { Switch } from '@mantine/core'
import { IconFilterOff, IconListSearch } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { LinkButton } from '@/components/Links'
import { Page } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { EmptyState } from '@/components/States'
import { isAdmin, useUser } from '@/lib/session'
import { useCallColumns } from './columns'
import { Export } from './Export'
import { Filters, isFiltered } from './Filters'
import { callList } from './queries'

const route = getRouteApi('/shell/logs')

/** The calls that were made. */
export function LogsPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const go = route.useNavigate()
  const user = useUser()
  const sight = isAdmin(user) && search.whose !== 'own' ? 'all' : 'own'
  const calls = useInfiniteQuery(callList(search, sight))
  const columns = useCallColumns(sight)
  const rows = calls.data?.pages.flatMap((page) => page.items)
  const isLive = search.live === true
  const live = (
    <Switch
      label={t('logs.live')}
      checked={isLive}
      onChange={() => void go({ search: { ...search, live: isLive ? undefined : true }, replace: true })}
    />
  )
  const actions = (
    <>
      {live}
      <Export search={search} sight={sight} />
    </>
  )
  return (
    <Page title={t('logs.title')} about={t('logs.about')} actions={actions}>
      <Filters search={search} sight={sight} onChange={(next) => void go({ search: next, replace: true })} />
      {!calls.isError && rows?.length === 0 && (isFiltered(search) ? <NothingFound /> : <NothingYet />)}
      <PagedTable
        found={calls}
        empty={isFiltered(search) ? <NothingFound /> : <NothingYet />}
        label={t('logs.title')}
        columns={columns}
        rows={rows}
        rowId={(call) => call.id}
        onOpen={(call) => void go({ to: '/logs/$call', params: { call: call.id } })}
      />
    </Page>
  )
}

function NothingYet() {
  const { t } = useTranslation()
  return (
    <EmptyState
      icon={IconListSearch}
      title={t('logs.empty')}
      actions={<LinkButton to="/keys">{t('logs.toKeys')}</LinkButton>}
    >
      {t('logs.emptyHint')}
    </EmptyState>
  )
}

function NothingFound() {
  const { t } = useTranslation()
  const clear = (
    <LinkButton to="/logs" search={{}} variant="default">
      {t('logs.clear')}
    </LinkButton>
  )
  return (
    <EmptyState icon={IconFilterOff} title={t('logs.nothing')} actions={clear}>
      {t('logs.nothingHint')}
    </EmptyState>
  )
}
