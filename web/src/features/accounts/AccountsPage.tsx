import { Badge, Text } from '@mantine/core'
import { IconWallet } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { LinkAnchor, LinkButton } from '@/components/Links'
import { LoadMore } from '@/components/LoadMore'
import { isOperators, KINDS, useHolder } from '@/components/money/holder'
import { Page } from '@/components/Page'
import { EmptyState, ErrorState } from '@/components/States'
import { ViewTabs } from '@/components/ViewTabs'
import type { Account } from '@/lib/accounts'
import { useFormat } from '@/lib/format'
import { FindAccount } from './FindAccount'
import { Ledger } from './Ledger'
import { accountList, operatorAccounts } from './queries'
import { type AccountGroup, GROUPS } from './search'

const route = getRouteApi('/shell/admin/accounts')

/** Who has how much, and whether the ledger adds up. */
export function AccountsPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const go = route.useNavigate()
  const group = search.group ?? 'user'
  return (
    <Page title={t('accounts.title')} about={t('accounts.about')} actions={<FindAccount />}>
      <Ledger />
      <ViewTabs
        label={t('accounts.title')}
        value={group}
        views={GROUPS.map((value) => ({ value, label: t(`accounts.groups.${value}`) }))}
        onChange={(next) => void go({ search: { group: next === 'user' ? undefined : next }, replace: true })}
      >
        {group === 'operator' ? <OperatorAccounts /> : <Accounts key={group} group={group} />}
      </ViewTabs>
    </Page>
  )
}

function Accounts({ group }: { group: Exclude<AccountGroup, 'operator'> }) {
  const found = useInfiniteQuery(accountList(group))
  const rows = found.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <AccountTable
        rows={rows}
        error={found.error}
        onRetry={() => void found.refetch()}
        isMixed={group === 'all'}
      />
      <LoadMore
        hasMore={found.hasNextPage}
        isLoading={found.isFetchingNextPage}
        onMore={() => void found.fetchNextPage()}
      />
    </>
  )
}

function OperatorAccounts() {
  const { t } = useTranslation()
  const found = useQuery(operatorAccounts)
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('accounts.operatorHint')}
      </Text>
      <AccountTable
        rows={found.data}
        error={found.error}
        onRetry={() => void found.refetch()}
        isMixed={false}
      />
    </>
  )
}

interface TableProps {
  rows: Account[] | undefined
  error: Error | null
  onRetry: () => void
  /** Whether accounts of several kinds are listed. */
  isMixed: boolean
}

function AccountTable({ rows, error, onRetry, isMixed }: TableProps) {
  const { t } = useTranslation()
  const go = route.useNavigate()
  const columns = useColumns(isMixed)
  if (error) return <ErrorState error={error} onRetry={onRetry} />
  if (rows?.length === 0) {
    return (
      <EmptyState
        icon={IconWallet}
        title={t('accounts.empty')}
        actions={<LinkButton to="/users">{t('accounts.toUsers')}</LinkButton>}
      >
        {t('accounts.emptyHint')}
      </EmptyState>
    )
  }
  return (
    <DataTable
      label={t('accounts.title')}
      columns={columns}
      rows={rows}
      rowId={({ id }) => id}
      onOpen={({ id }) => void go({ to: '/accounts/$id', params: { id: String(id) } })}
    />
  )
}

function useColumns(isMixed: boolean): Column<Account>[] {
  const { t } = useTranslation()
  const format = useFormat()
  const money = (micros: number) => <span className="numbers">{format.exactMoney(micros)}</span>
  const columns: Column<Account>[] = [
    { id: 'holder', header: t('accounts.holder'), role: 'title', cell: (account) => <Holder of={account} /> },
    {
      id: 'available',
      header: t('accounts.available'),
      align: 'right',
      cell: (account) => <Balance of={account} />,
    },
    {
      id: 'held',
      header: t('accounts.held'),
      align: 'right',
      cell: ({ leased_micros: micros }) => money(micros),
    },
    {
      id: 'posted',
      header: t('accounts.posted'),
      align: 'right',
      isMinor: true,
      cell: ({ posted_micros: micros }) => money(micros),
    },
    {
      id: 'transfers',
      header: t('accounts.transfers'),
      align: 'right',
      cell: ({ transfers }) => format.number(transfers),
    },
    {
      id: 'opened',
      header: t('accounts.opened'),
      isMinor: true,
      cell: ({ created_time: at }) => format.date(at),
    },
  ]
  if (isMixed) {
    columns.splice(1, 0, { id: 'kind', header: t('accounts.kind'), cell: (account) => <Kind of={account} /> })
  }
  return columns
}

function Holder({ of: account }: { of: Account }) {
  const { t } = useTranslation()
  const holder = useHolder()
  return (
    <div>
      <LinkAnchor to="/accounts/$id" params={{ id: String(account.id) }} fw={550} c="inherit">
        {holder(account)}
      </LinkAnchor>
      {isOperators(account) && (
        <Text size="xs" c="dimmed">
          {t('accounts.node', { id: account.owner_id })}
        </Text>
      )}
    </div>
  )
}

function Kind({ of: { kind } }: { of: Account }) {
  const { t } = useTranslation()
  const known = KINDS.find((name) => name === kind)
  return <Badge color="gray">{known ? t(`accounts.kinds.${known}`) : kind}</Badge>
}

/** What is left, and whether somebody owes it. The operator's side is below zero where all is well. */
function Balance({ of: account }: { of: Account }) {
  const format = useFormat()
  const isOwing = account.available_micros < 0 && !isOperators(account)
  return (
    <Text span size="sm" className="numbers" fw={550} {...(isOwing && { c: 'red' })}>
      {format.exactMoney(account.available_micros)}
    </Text>
  )
}
