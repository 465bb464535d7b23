import { Badge, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { LinkButton } from '@/components/Links'
import { Section } from '@/components/Section'
import type { Schemas } from '@/lib/api'
import { useFormat } from '@/lib/format'
import { isAdmin, useUser } from '@/lib/session'
import { keyCalls } from './queries'

type Call = Schemas['CallView']

/** What was done last with a key. */
export function KeyCalls({ id }: { id: number }) {
  const { t } = useTranslation()
  const go = useNavigate()
  const user = useUser()
  const calls = useQuery(keyCalls(id, isAdmin(user) ? 'all' : 'own'))
  const columns = useColumns()
  const all = (
    <LinkButton to="/logs" search={{ key: id }} variant="default" size="xs">
      {t('keys.calls.all')}
    </LinkButton>
  )
  return (
    <Section title={t('keys.calls.title')} actions={calls.data?.length === 0 ? undefined : all}>
      {calls.data?.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('keys.calls.none')}
        </Text>
      ) : (
        <DataTable
          label={t('keys.calls.title')}
          columns={columns}
          rows={calls.data}
          rowId={(call) => call.id}
          onOpen={(call) => void go({ to: '/logs/$call', params: { call: call.id } })}
        />
      )}
    </Section>
  )
}

function useColumns(): Column<Call>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { id: 'time', header: t('keys.calls.time'), cell: (call) => format.ago(call.created_at) },
    { id: 'model', header: t('keys.calls.model'), role: 'title', cell: (call) => call.model_name },
    {
      id: 'status',
      header: t('keys.status'),
      cell: (call) => (
        <Badge color={call.status === 1 ? 'teal' : 'red'}>
          {call.status_code === 0 ? '—' : call.status_code}
        </Badge>
      ),
    },
    {
      id: 'tokens',
      header: t('keys.calls.tokens'),
      align: 'right',
      cell: (call) => format.number(call.prompt_tokens + call.completion_tokens),
    },
    {
      id: 'duration',
      header: t('keys.calls.duration'),
      align: 'right',
      cell: (call) => format.duration(call.response_time_ms),
    },
  ]
}
