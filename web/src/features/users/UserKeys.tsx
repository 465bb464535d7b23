import { Badge, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { KeyName } from '@/components/KeyName'
import { Section } from '@/components/Section'
import { useExplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import type { Key } from '@/lib/keys'
import type { User } from '@/lib/session'
import { userKeys } from './queries'

/** The keys of a user. */
export function UserKeys({ of: user }: { of: User }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const go = useNavigate()
  const found = useQuery(userKeys(user.id))
  const columns = useColumns()
  return (
    <Section title={t('users.keys')}>
      {found.isError && <Text c="red">{explain(found.error)}</Text>}
      {found.data?.keys.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('users.noKeys')}
        </Text>
      )}
      {!found.isError && found.data?.keys.length !== 0 && (
        <DataTable
          label={t('users.keys')}
          columns={columns}
          rows={found.data?.keys}
          rowId={({ id }) => id}
          isMuted={({ status }) => status !== 1}
          onOpen={({ id }) => void go({ to: '/keys/$id', params: { id: String(id) } })}
        />
      )}
      {found.data?.isWhole === false && (
        <Text size="xs" c="dimmed">
          {t('users.notAllKeys')}
        </Text>
      )}
    </Section>
  )
}

function useColumns(): Column<Key>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { id: 'name', header: t('keys.name'), role: 'title', cell: (key) => <KeyName of={key} /> },
    {
      id: 'status',
      header: t('keys.status'),
      cell: ({ status }) => (
        <Badge color={status === 1 ? 'teal' : 'gray'}>
          {status === 1 ? t('common.enabled') : t('common.disabled')}
        </Badge>
      ),
    },
    {
      id: 'payer',
      header: t('keys.payer'),
      isMinor: true,
      cell: ({ funding }) => (funding === 'own' ? t('keys.payerOwn') : t('keys.payerOwner')),
    },
    {
      id: 'used',
      header: t('keys.used'),
      cell: ({ accessed_at: at }) => (at > 0 ? format.ago(at) : t('common.never')),
    },
  ]
}
