import { Badge, Button, Drawer, Group, Stack, Text, Tooltip } from '@mantine/core'
import { IconReceiptRefund } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyIcon } from '@/components/Copy'
import type { Column } from '@/components/DataTable'
import { Facts } from '@/components/Facts'
import { LinkAnchor } from '@/components/Links'
import type { StartedOrder } from '@/components/money/OrderModal'
import { PagedTable } from '@/components/PagedTable'
import { Section } from '@/components/Section'
import { useFormat } from '@/lib/format'
import { isAdmin, useUser } from '@/lib/session'
import { Export } from './Ledger'
import { type Entry, statement, type Which } from './queries'

const KINDS = ['top_up', 'charge', 'refund', 'grant', 'correction', 'expiry'] as const

/** The plain shade falls short of WCAG AA on white. */
const GAIN = 'var(--mantine-color-teal-light-color)'

interface Props {
  which: Which
  /** Starts giving back what a call was charged, where that may be done. */
  onRefund?: ((order: StartedOrder) => void) | undefined
}

/** What moved into and out of an account, newest first. */
export function Statement({ which, onRefund }: Props) {
  const { t } = useTranslation()
  const user = useUser()
  const found = useInfiniteQuery(statement(which))
  const [shown, setShown] = useState<Entry | null>(null)
  const rows = found.data?.pages.flatMap((page) => page.items)
  const columns = useColumns()
  const refund = (order: StartedOrder) => {
    setShown(null)
    onRefund?.(order)
  }
  return (
    <Section
      title={t('accounts.statement')}
      about={t('accounts.statementHint')}
      actions={typeof which === 'number' && isAdmin(user) ? <Export account={which} /> : undefined}
    >
      <PagedTable
        found={found}
        empty={
          <Text size="sm" c="dimmed">
            {t('accounts.noEntries')}
          </Text>
        }
        label={t('accounts.statement')}
        columns={columns}
        rows={rows}
        rowId={({ seq }) => seq}
        onOpen={setShown}
      />
      <Drawer
        opened={shown !== null}
        onClose={() => setShown(null)}
        size="lg"
        title={t('accounts.entry', { seq: shown?.seq ?? 0 })}
      >
        {shown && <EntryDetails of={shown} onRefund={onRefund && refund} />}
      </Drawer>
    </Section>
  )
}

function useColumns(): Column<Entry>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { id: 'seq', header: t('accounts.seq'), isMinor: true, cell: ({ seq }) => format.number(seq) },
    {
      id: 'time',
      header: t('accounts.time'),
      cell: ({ created_time: at, created_time_ms: ms }) => (
        <Tooltip label={format.preciseTime(ms)}>
          <time dateTime={new Date(ms).toISOString()}>{format.dateTime(at)}</time>
        </Tooltip>
      ),
    },
    { id: 'kind', header: t('accounts.what'), role: 'title', cell: (entry) => <What of={entry} /> },
    { id: 'memo', header: t('accounts.memo'), isMinor: true, cell: ({ memo }) => memo || '—' },
    {
      id: 'change',
      header: t('accounts.change'),
      align: 'right',
      cell: (entry) => <Change of={entry} />,
    },
  ]
}

function What({ of: { kind, call } }: { of: Entry }) {
  const { t } = useTranslation()
  const known = KINDS.find((name) => name === kind)
  return (
    <Group gap={6}>
      <Badge color={kind === 'charge' ? 'gray' : 'accent'}>
        {known ? t(`accounts.transferKinds.${known}`) : kind}
      </Badge>
      {call != null && (
        <LinkAnchor to="/logs/$call" params={{ call }} size="sm">
          {t('accounts.call')}
        </LinkAnchor>
      )}
    </Group>
  )
}

function Change({ of: { change_micros: micros } }: { of: Entry }) {
  const format = useFormat()
  return (
    <Text span size="sm" className="numbers" fw={550} {...(micros > 0 && { c: GAIN })}>
      {format.change(micros)}
    </Text>
  )
}

function EntryDetails({ of: entry, onRefund }: { of: Entry; onRefund: Props['onRefund'] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const user = useUser()
  const { call } = entry
  const isRefundable = entry.kind === 'charge' && call != null && entry.change_micros < 0
  return (
    <Stack>
      <Facts
        facts={[
          { label: t('accounts.what'), value: <What of={entry} /> },
          { label: t('accounts.change'), value: <Change of={entry} /> },
          { label: t('accounts.time'), value: format.preciseTime(entry.created_time_ms) },
          { label: t('accounts.actor'), value: entry.actor },
          { label: t('accounts.memo'), value: entry.memo || t('common.none') },
          {
            label: t('accounts.debit'),
            value: <AccountLink id={entry.debit_account} isOpen={isAdmin(user)} />,
          },
          {
            label: t('accounts.credit'),
            value: <AccountLink id={entry.credit_account} isOpen={isAdmin(user)} />,
          },
        ]}
      />
      <Hash label={t('accounts.id')} text={entry.id} />
      <Hash label={t('accounts.debitHash', { seq: entry.debit_seq })} text={entry.debit_hash} />
      <Hash label={t('accounts.creditHash', { seq: entry.credit_seq })} text={entry.credit_hash} />
      {isRefundable && onRefund && (
        <Button
          variant="default"
          leftSection={<IconReceiptRefund size={16} aria-hidden />}
          onClick={() => onRefund({ kind: 'refund', charge: { call, micros: entry.amount_micros } })}
        >
          {t('orders.kinds.refund')}
        </Button>
      )}
    </Stack>
  )
}

function AccountLink({ id, isOpen }: { id: number; isOpen: boolean }) {
  const { t } = useTranslation()
  const name = t('accounts.numbered', { kind: t('accounts.account'), id })
  if (!isOpen) return <>{name}</>
  return (
    <LinkAnchor to="/accounts/$id" params={{ id: String(id) }} size="sm">
      {name}
    </LinkAnchor>
  )
}

function Hash({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <Group gap={4}>
        <Text size="xs" c="dimmed">
          {label}
        </Text>
        <CopyIcon text={text} />
      </Group>
      <Text size="xs" ff="monospace">
        {text}
      </Text>
    </div>
  )
}
