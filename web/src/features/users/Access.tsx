import { Badge, Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { Section } from '@/components/Section'
import { useConfirm } from '@/components/confirm'
import { useComplain, useExplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import type { User } from '@/lib/session'
import { type Session, type Token, useAccess, userSessions, userTokens } from './queries'

/** Where a user is logged in, and with which access tokens scripts act as them. */
export function Access({ of: user }: { of: User }) {
  return (
    <>
      <Sessions of={user} />
      <Tokens of={user} />
    </>
  )
}

function Sessions({ of: user }: { of: User }) {
  const { t } = useTranslation()
  const format = useFormat()
  const explain = useExplain()
  const complain = useComplain()
  const confirm = useConfirm()
  const found = useQuery(userSessions(user.id))
  const { end, endAll } = useAccess(user.id)
  const askAll = () =>
    confirm({
      title: t('users.endAll'),
      text: t('users.endAllText', { name: user.username }),
      act: t('users.endAll'),
      isDangerous: true,
      onAct: () => endAll.mutate(undefined, { onError: complain }),
    })
  const columns: Column<Session>[] = [
    {
      id: 'agent',
      header: t('users.browser'),
      role: 'title',
      cell: (session) => (
        <Group gap={6}>
          <Text size="sm">{session.user_agent || '—'}</Text>
          {session.is_current && <Badge color="accent">{t('users.thisSession')}</Badge>}
        </Group>
      ),
    },
    { id: 'address', header: t('users.address'), cell: ({ client_ip: address }) => address || '—' },
    { id: 'seen', header: t('users.seen'), cell: ({ seen_time: at }) => format.ago(at) },
    {
      id: 'login',
      header: t('users.login'),
      isMinor: true,
      cell: ({ created_time: at }) => format.dateTime(at),
    },
    {
      id: 'actions',
      header: t('common.actions'),
      role: 'actions',
      cell: ({ id }) => (
        <Button
          size="compact-sm"
          variant="subtle"
          color="red"
          onClick={() => end.mutate(id, { onError: complain })}
        >
          {t('users.end')}
        </Button>
      ),
    },
  ]
  return (
    <Section
      title={t('users.sessions')}
      actions={
        found.data && found.data.length > 0 ? (
          <Button size="xs" variant="default" loading={endAll.isPending} onClick={askAll}>
            {t('users.endAll')}
          </Button>
        ) : undefined
      }
    >
      {found.isError && <Text c="red">{explain(found.error)}</Text>}
      {found.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('users.noSessions')}
        </Text>
      )}
      {!found.isError && found.data?.length !== 0 && (
        <DataTable label={t('users.sessions')} columns={columns} rows={found.data} rowId={({ id }) => id} />
      )}
    </Section>
  )
}

function Tokens({ of: user }: { of: User }) {
  const { t } = useTranslation()
  const format = useFormat()
  const explain = useExplain()
  const complain = useComplain()
  const confirm = useConfirm()
  const found = useQuery(userTokens(user.id))
  const { revoke } = useAccess(user.id)
  const ask = ({ id, name }: Token) =>
    confirm({
      title: t('users.revoke'),
      text: t('users.revokeText', { name }),
      act: t('users.revoke'),
      isDangerous: true,
      onAct: () => revoke.mutate(id, { onError: complain }),
    })
  const columns: Column<Token>[] = [
    {
      id: 'name',
      header: t('users.token'),
      role: 'title',
      cell: ({ name }) => (
        <Text size="sm" fw={550}>
          {name}
        </Text>
      ),
    },
    {
      id: 'used',
      header: t('users.used'),
      cell: ({ used_time: at }) => (at > 0 ? format.ago(at) : t('common.never')),
    },
    {
      id: 'expires',
      header: t('users.expires'),
      cell: ({ expired_time: at }) => (at > 0 ? format.dateTime(at) : t('common.never')),
    },
    {
      id: 'actions',
      header: t('common.actions'),
      role: 'actions',
      cell: (token) => (
        <Button size="compact-sm" variant="subtle" color="red" onClick={() => ask(token)}>
          {t('users.revoke')}
        </Button>
      ),
    },
  ]
  return (
    <Section title={t('users.tokens')} about={t('users.tokensHint')}>
      {found.isError && <Text c="red">{explain(found.error)}</Text>}
      {found.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('users.noTokens')}
        </Text>
      )}
      {!found.isError && found.data?.length !== 0 && (
        <DataTable label={t('users.tokens')} columns={columns} rows={found.data} rowId={({ id }) => id} />
      )}
    </Section>
  )
}
