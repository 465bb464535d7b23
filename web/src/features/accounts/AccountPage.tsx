import { Badge, Button, Menu, Tooltip } from '@mantine/core'
import { IconChevronDown, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Figures } from '@/components/Figures'
import { LinkAnchor } from '@/components/Links'
import { isBookable, KINDS, useHolder } from '@/components/money/holder'
import { OrderModal, type StartedOrder } from '@/components/money/OrderModal'
import { Page } from '@/components/Page'
import { ErrorState } from '@/components/States'
import { Trail } from '@/components/Trail'
import { Waiting } from '@/components/Waiting'
import type { Account } from '@/lib/accounts'
import { useFormat } from '@/lib/format'
import { accountDetails, ledgerState } from './queries'
import { Statement } from './Statement'

const route = getRouteApi('/shell/admin/accounts/$id')

/** One account: what is in it, what moved, and booking to it by hand. */
export function AccountPage() {
  const { id } = route.useParams()
  const found = useQuery(accountDetails(Number(id)))
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  if (!found.data) return <Waiting />
  return <Details of={found.data} />
}

function Details({ of: account }: { of: Account }) {
  const { t } = useTranslation()
  const holder = useHolder()
  const [order, setOrder] = useState<StartedOrder | null>(null)
  const name = holder(account)
  const above = <Trail up={<LinkAnchor to="/accounts">{t('accounts.title')}</LinkAnchor>} here={name} />
  return (
    <Page
      title={name}
      above={above}
      about={<About of={account} />}
      actions={isBookable(account) ? <Actions onOrder={setOrder} /> : undefined}
    >
      <Balances of={account} />
      <Statement which={account.id} onRefund={isBookable(account) ? setOrder : undefined} />
      <OrderModal account={account} order={order} onClose={() => setOrder(null)} />
    </Page>
  )
}

function Actions({ onOrder }: { onOrder: (order: StartedOrder) => void }) {
  const { t } = useTranslation()
  return (
    <>
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => onOrder({ kind: 'top-up' })}>
        {t('orders.kinds.top-up')}
      </Button>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
            {t('orders.others')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {(['grant', 'correction', 'expiry'] as const).map((kind) => (
            <Menu.Item key={kind} onClick={() => onOrder({ kind })}>
              {t(`orders.kinds.${kind}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

/** Whose account it is, with the way there. */
function About({ of: account }: { of: Account }) {
  const { t } = useTranslation()
  const format = useFormat()
  const known = KINDS.find((kind) => kind === account.kind)
  const kind = known ? t(`accounts.kinds.${known}`) : account.kind
  const id = String(account.owner_id)
  return (
    <>
      {known === 'user' && (
        <LinkAnchor to="/users/$id" params={{ id }} underline="always">
          {kind}
        </LinkAnchor>
      )}
      {known === 'key' && (
        <LinkAnchor to="/keys/$id" params={{ id }} underline="always">
          {kind}
        </LinkAnchor>
      )}
      {known !== 'user' && known !== 'key' && kind}
      {' · '}
      {t('accounts.numbered', { kind: t('accounts.account'), id: account.id })}
      {' · '}
      {t('accounts.openedOn', { date: format.date(account.created_time) })} <Chain />
    </>
  )
}

/** What the last check of all chains says of this one. */
function Chain() {
  const { t } = useTranslation()
  const format = useFormat()
  const { data } = useQuery(ledgerState)
  if (!data?.audit || typeof data.last_run !== 'number') return null
  const ago = format.ago(data.last_run)
  return data.audit.is_clean ? (
    <Tooltip label={t('accounts.verifiedHint')}>
      <Badge color="teal">{t('accounts.verified', { ago })}</Badge>
    </Tooltip>
  ) : (
    <Badge color="red">{t('accounts.ledger.off')}</Badge>
  )
}

/** What is in an account, large. */
export function Balances({ of: account }: { of: Account }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Figures
      figures={[
        { label: t('accounts.available'), value: format.exactMoney(account.available_micros) },
        {
          label: t('accounts.held'),
          value: format.exactMoney(account.leased_micros),
          hint: t('accounts.heldHint'),
        },
        { label: t('accounts.posted'), value: format.exactMoney(account.posted_micros) },
        { label: t('accounts.transfers'), value: format.number(account.transfers) },
      ]}
    />
  )
}
