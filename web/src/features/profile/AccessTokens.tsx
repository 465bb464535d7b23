import { Badge, Button, Group, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useConfirm } from '@/components/confirm'
import { type Column, DataTable } from '@/components/DataTable'
import { Section } from '@/components/Section'
import { ErrorState } from '@/components/States'
import { useComplain } from '@/lib/errors'
import { isPast, useFormat } from '@/lib/format'
import { NewToken } from './NewToken'
import { ownTokens, type Token, useRevokeToken } from './queries'

/** What scripts sign in with in one's name. */
export function AccessTokens() {
  const { t } = useTranslation()
  const found = useQuery(ownTokens)
  const columns = useColumns()
  const [isOpen, form] = useDisclosure(false)
  const add = (
    <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={form.open}>
      {t('profile.newToken')}
    </Button>
  )
  return (
    <Section title={t('profile.tokens')} about={t('profile.tokensAbout')} actions={add}>
      {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('profile.noTokens')}
        </Text>
      )}
      {!found.isError && found.data?.length !== 0 && (
        <DataTable
          label={t('profile.tokens')}
          columns={columns}
          rows={found.data}
          rowId={(token) => token.id}
          isMuted={isOver}
        />
      )}
      <NewToken isOpen={isOpen} onClose={form.close} />
    </Section>
  )
}

function isOver(token: Token): boolean {
  return token.expired_time > 0 && isPast(token.expired_time)
}

function useColumns(): Column<Token>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      id: 'name',
      header: t('profile.tokenName'),
      role: 'title',
      cell: (token) => (
        <Group gap="xs">
          <Text span size="sm" fw={550}>
            {token.name}
          </Text>
          {isOver(token) && <Badge color="gray">{t('profile.expired')}</Badge>}
        </Group>
      ),
    },
    {
      id: 'expires',
      header: t('profile.tokenExpires'),
      cell: ({ expired_time: end }) => (end > 0 ? format.dateTime(end) : t('common.never')),
    },
    {
      id: 'used',
      header: t('profile.tokenUsed'),
      cell: ({ used_time: used }) => (used > 0 ? format.ago(used) : t('common.never')),
    },
    {
      id: 'made',
      header: t('profile.tokenMade'),
      isMinor: true,
      cell: (token) => format.dateTime(token.created_time),
    },
    { id: 'acts', header: t('common.actions'), align: 'right', cell: (token) => <Revoke of={token} /> },
  ]
}

function Revoke({ of: token }: { of: Token }) {
  const { t } = useTranslation()
  const confirm = useConfirm()
  const complain = useComplain()
  const revoke = useRevokeToken()
  const done = () => notifications.show({ message: t('profile.revoked', { name: token.name }) })
  const ask = () =>
    confirm({
      title: t('profile.revokeOf', { name: token.name }),
      text: t('profile.revokeText'),
      act: t('profile.revoke'),
      isDangerous: true,
      onAct: () => revoke.mutate(token.id, { onError: complain, onSuccess: done }),
    })
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={revoke.isPending}
      aria-label={t('profile.revokeOf', { name: token.name })}
      onClick={ask}
    >
      {t('profile.revoke')}
    </Button>
  )
}
