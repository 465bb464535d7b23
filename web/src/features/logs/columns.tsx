import { Group, Text, Tooltip } from '@mantine/core'
import { IconArrowsExchange2, IconBolt } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Column } from '@/components/DataTable'
import { LinkAnchor } from '@/components/Links'
import { useFormat } from '@/lib/format'
import { CallStatus } from './CallStatus'
import type { Call, Sight } from './queries'

/** The columns of the log. */
export function useCallColumns(sight: Sight): Column<Call>[] {
  const { t } = useTranslation()
  const format = useFormat()
  const columns: Column<Call>[] = [
    {
      id: 'time',
      header: t('logs.time'),
      cell: (call) => (
        <Tooltip label={format.preciseTime(call.created_at_ms)}>
          <time dateTime={new Date(call.created_at_ms).toISOString()}>{format.ago(call.created_at)}</time>
        </Tooltip>
      ),
    },
    { id: 'model', header: t('logs.model'), role: 'title', cell: (call) => <Model of={call} /> },
    { id: 'status', header: t('logs.status'), cell: (call) => <CallStatus of={call} /> },
    {
      id: 'tokens',
      header: t('logs.tokens'),
      align: 'right',
      cell: (call) => <Tokens of={call} />,
    },
    { id: 'cost', header: t('logs.cost'), align: 'right', cell: (call) => <Cost of={call} /> },
    {
      id: 'first',
      header: t('logs.firstToken'),
      align: 'right',
      isMinor: true,
      cell: (call) => (call.first_token_ms > 0 ? format.duration(call.first_token_ms) : '—'),
    },
    {
      id: 'duration',
      header: t('logs.duration'),
      align: 'right',
      cell: (call) => format.duration(call.response_time_ms),
    },
  ]
  if (sight === 'all') {
    columns.splice(2, 0, {
      id: 'provider',
      header: t('logs.provider'),
      isMinor: true,
      cell: (call) => call.provider_name || '—',
    })
  }
  return columns
}

function Model({ of: call }: { of: Call }) {
  const { t } = useTranslation()
  return (
    <Group gap={6} wrap="nowrap">
      <LinkAnchor to="/logs/$call" params={{ call: call.id }} fw={550} c="inherit">
        {call.request_model_original === '' ? t('logs.noModel') : call.request_model_original}
      </LinkAnchor>
      {call.is_stream && (
        <Tooltip label={t('logs.stream')}>
          <IconBolt size={14} color="var(--mantine-color-dimmed)" aria-label={t('logs.stream')} role="img" />
        </Tooltip>
      )}
      {call.attempts.length > 1 && (
        <Tooltip label={t('logs.attempts', { count: call.attempts.length })}>
          <Group gap={2} wrap="nowrap" c="dimmed">
            <IconArrowsExchange2 size={14} aria-hidden />
            <Text size="xs">{call.attempts.length}</Text>
          </Group>
        </Tooltip>
      )}
    </Group>
  )
}

function Tokens({ of: call }: { of: Call }) {
  const { t } = useTranslation()
  const format = useFormat()
  const label = t('logs.tokensRead', {
    input: format.number(call.prompt_tokens),
    output: format.number(call.completion_tokens),
    cached: format.number(call.cache_tokens),
  })
  return (
    <Tooltip label={label}>
      <span>
        {format.compact(call.prompt_tokens)} → {format.compact(call.completion_tokens)}
      </span>
    </Tooltip>
  )
}

/** What a call cost: what its caller paid, else what the operator did. */
function Cost({ of: call }: { of: Call }) {
  const { t } = useTranslation()
  const format = useFormat()
  const amount = call.charged_micros ?? call.cost_micros
  if (typeof amount !== 'number' && call.attempts.length === 0) return <>—</>
  if (typeof amount !== 'number')
    return (
      <Text size="sm" c="dimmed">
        {t('logs.unpriced')}
      </Text>
    )
  return <>{format.money(amount)}</>
}
