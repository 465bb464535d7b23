import { Alert, Badge, Button, Menu, Skeleton, Stack, Text, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDownload, IconShieldCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Facts } from '@/components/Facts'
import { FormError } from '@/components/FormError'
import { LinkAnchor } from '@/components/Links'
import { Section } from '@/components/Section'
import { sentence, useExplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { isRoot, useUser } from '@/lib/session'
import { ledgerFile, type LedgerState, ledgerState, useVerify, type Verification } from './queries'

/** Whether the ledger adds up, and the way to be sure of it. */
export function Ledger() {
  const { t } = useTranslation()
  const explain = useExplain()
  const found = useQuery(ledgerState)
  const verify = useVerify()
  return (
    <Section
      title={t('accounts.ledger.title')}
      about={t('accounts.ledger.about')}
      actions={
        <>
          <Export />
          <Check of={verify} />
        </>
      }
    >
      {found.isPending && <Skeleton height={44} />}
      {found.isError && (
        <Text size="sm" c="dimmed">
          {explain(found.error)}
        </Text>
      )}
      <FormError error={verify.error} />
      {found.data && <State of={found.data} />}
      {verify.data && !verify.data.is_clean && <Deviations of={verify.data} />}
    </Section>
  )
}

function Check({ of: verify }: { of: ReturnType<typeof useVerify> }) {
  const { t } = useTranslation()
  const format = useFormat()
  const user = useUser()
  const told = ({ is_clean: isClean, accounts, links }: Verification) =>
    notifications.show(
      isClean
        ? {
            color: 'teal',
            title: t('accounts.ledger.clean'),
            message: t('accounts.ledger.checked', {
              accounts: format.number(accounts),
              links: format.number(links),
            }),
          }
        : { color: 'red', message: t('accounts.ledger.off') },
    )
  return (
    <Tooltip label={t('accounts.ledger.rootOnly')} disabled={isRoot(user)}>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconShieldCheck size={14} aria-hidden />}
        loading={verify.isPending}
        disabled={!isRoot(user)}
        onClick={() => verify.mutate(undefined, { onSuccess: told })}
      >
        {t('accounts.ledger.check')}
      </Button>
    </Tooltip>
  )
}

/** The ledger, or what moved on one account, as a file. */
export function Export({ account }: { account?: number }) {
  const { t } = useTranslation()
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconDownload size={14} aria-hidden />}>
          {t('accounts.export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={ledgerFile('csv', account)} download>
          {t('accounts.csv')}
        </Menu.Item>
        <Menu.Item component="a" href={ledgerFile('jsonl', account)} download>
          {t('accounts.jsonl')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function State({ of: state }: { of: LedgerState }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { audit, last_run: last, next_run: next } = state
  if (!audit) {
    return (
      <Text size="sm" c="dimmed">
        {t('accounts.ledger.never')}
      </Text>
    )
  }
  return (
    <Stack gap="sm">
      <Facts
        facts={[
          {
            label: t('accounts.ledger.state'),
            value: (
              <Badge color={audit.is_clean ? 'teal' : 'red'}>
                {audit.is_clean ? t('accounts.ledger.clean') : t('accounts.ledger.off')}
              </Badge>
            ),
          },
          { label: t('accounts.ledger.last'), value: typeof last === 'number' ? format.ago(last) : '—' },
          { label: t('accounts.ledger.next'), value: typeof next === 'number' ? format.ago(next) : '—' },
          { label: t('accounts.ledger.accounts'), value: format.number(audit.accounts) },
          { label: t('accounts.ledger.links'), value: format.number(audit.links) },
          { label: t('accounts.ledger.calls'), value: format.number(audit.calls) },
          { label: t('accounts.ledger.leased'), value: format.exactMoney(audit.leased_micros) },
        ]}
      />
      {audit.deviations.map(({ kind, text }) => (
        <Alert key={`${kind} ${text}`} color="red">
          {sentence(text)}
        </Alert>
      ))}
      {audit.more_deviations > 0 && (
        <Text size="sm">{t('accounts.ledger.more', { count: audit.more_deviations })}</Text>
      )}
      {audit.parked.length > 0 && (
        <Alert
          color="yellow"
          title={t('accounts.ledger.parked', { count: audit.parked.length + audit.more_parked })}
        >
          {audit.parked.map(({ call, reason }) => (
            <div key={call}>
              <LinkAnchor to="/logs/$call" params={{ call }} ff="monospace" size="sm" underline="always">
                {call}
              </LinkAnchor>{' '}
              {reason}
            </div>
          ))}
        </Alert>
      )}
    </Stack>
  )
}

const DEVIATIONS = [
  'link_broken',
  'transfer_missing',
  'transfer_unknown',
  'head_differs',
  'posted_differs',
  'leased_differs',
  'account_missing',
  'call_missing',
  'charge_missing',
  'charge_differs',
] as const

function Deviations({ of: { deviations, more_deviations: more } }: { of: Verification }) {
  const { t } = useTranslation()
  const format = useFormat()
  const money = (micros: number | null | undefined) =>
    typeof micros === 'number' ? format.exactMoney(micros) : '—'
  return (
    <Alert color="red" title={t('accounts.ledger.off')}>
      {deviations.map((found, index) => {
        const known = DEVIATIONS.find((name) => name === found.kind)
        return (
          <Text key={index} size="sm">
            {known ? t(`accounts.deviations.${known}`) : found.kind}
            {found.account != null && (
              <>
                {' · '}
                <LinkAnchor to="/accounts/$id" params={{ id: String(found.account) }} underline="always">
                  {t('accounts.numbered', { kind: t('accounts.account'), id: found.account })}
                </LinkAnchor>
              </>
            )}
            {found.seq != null && ` · ${t('accounts.place', { seq: found.seq })}`}
            {(found.recorded_micros != null || found.computed_micros != null) &&
              ` · ${t('accounts.compared', {
                recorded: money(found.recorded_micros),
                computed: money(found.computed_micros),
              })}`}
          </Text>
        )
      })}
      {more > 0 && <Text size="sm">{t('accounts.ledger.more', { count: more })}</Text>}
    </Alert>
  )
}
