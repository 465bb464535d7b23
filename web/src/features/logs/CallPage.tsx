import { Alert, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { CodeBlock, CopyIcon } from '@/components/Copy'
import { type Fact, Facts } from '@/components/Facts'
import { LinkAnchor } from '@/components/Links'
import { MoreSettings } from '@/components/MoreSettings'
import { Page } from '@/components/Page'
import { Section } from '@/components/Section'
import { ErrorState } from '@/components/States'
import { Trail } from '@/components/Trail'
import { Waiting } from '@/components/Waiting'
import { useFormat } from '@/lib/format'
import { isAdmin, useUser } from '@/lib/session'
import { Attempts } from './Attempts'
import { CallStatus } from './CallStatus'
import { Decision } from './Decision'
import { LossList } from './LossList'
import { type Call, callDetails, keyNames } from './queries'
import { Receipt } from './Receipt'

const route = getRouteApi('/shell/logs/$call')

/** One call: what was asked, where it went and why, and what it cost. */
export function CallPage() {
  const { call } = route.useParams()
  const found = useQuery(callDetails(call))
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  if (!found.data) return <Waiting />
  return <Details of={found.data} />
}

function Details({ of: call }: { of: Call }) {
  const { t } = useTranslation()
  const user = useUser()
  const title = call.request_model_original === '' ? t('logs.noModel') : call.request_model_original
  const above = <Trail up={<LinkAnchor to="/logs">{t('logs.title')}</LinkAnchor>} here={t('logs.call')} />
  const name = (
    <Group gap={6} component="span">
      <Text span size="sm" ff="monospace">
        {call.id}
      </Text>
      <CopyIcon text={call.id} label={t('logs.copyId')} />
    </Group>
  )
  return (
    <Page title={title} about={name} above={above} actions={<CallStatus of={call} />}>
      {call.error_message !== '' && (
        <Alert color="red" title={t('logs.failed')}>
          <code>{call.error_message}</code>
        </Alert>
      )}
      <Section title={t('logs.summary')}>
        <Facts facts={useFacts(call)} />
      </Section>
      {call.attempts.length > 0 && (
        <Section title={t('logs.timeline')} about={t('logs.timelineHint')}>
          <Attempts of={call} />
        </Section>
      )}
      <LossList attempts={call.attempts} />
      {isAdmin(user) && <Decision call={call.id} />}
      <Receipt call={call.id} />
      <Section title={t('logs.record')}>
        <MoreSettings label={t('logs.showRecord')}>
          <CodeBlock label={t('logs.record')} caption="JSON" text={JSON.stringify(call, null, 2)} />
        </MoreSettings>
      </Section>
    </Page>
  )
}

function useFacts(call: Call): Fact[] {
  const { t } = useTranslation()
  const format = useFormat()
  const money = (micros: number | null | undefined) =>
    typeof micros === 'number' ? format.exactMoney(micros) : t('logs.unpriced')
  const facts: (Fact | null)[] = [
    { label: t('logs.time'), value: format.preciseTime(call.created_at_ms) },
    call.provider_name ? { label: t('logs.provider'), value: call.provider_name } : null,
    { label: t('logs.answeredBy'), value: call.model_name },
    { label: t('logs.operation'), value: `${call.operation} · ${call.dialect}` },
    { label: t('logs.duration'), value: format.duration(call.response_time_ms) },
    {
      label: t('logs.firstToken'),
      value: call.first_token_ms > 0 ? format.duration(call.first_token_ms) : '—',
    },
    { label: t('logs.input'), value: format.number(call.prompt_tokens) },
    { label: t('logs.output'), value: format.number(call.completion_tokens) },
    { label: t('logs.cached'), value: format.number(call.cache_tokens) },
    { label: t('logs.written'), value: format.number(call.cache_creation_tokens) },
    typeof call.charged_micros === 'number'
      ? { label: t('logs.charged'), value: money(call.charged_micros) }
      : null,
    typeof call.charged_micros === 'number' && call.cost_micros == null
      ? null
      : { label: t('logs.costToOperator'), value: money(call.cost_micros) },
    { label: t('logs.key'), value: <KeyLink id={call.aggregated_token_id} /> },
    { label: t('logs.address'), value: call.client_ip === '' ? '—' : call.client_ip },
    call.request_id === '' ? null : { label: t('logs.upstreamId'), value: call.request_id },
  ]
  return facts.filter((fact) => fact !== null)
}

function KeyLink({ id }: { id: number }) {
  const name = useQuery(keyNames).data?.find((key) => key.id === id)?.name
  return (
    <LinkAnchor to="/keys/$id" params={{ id: String(id) }} size="sm">
      {name ?? `#${id}`}
    </LinkAnchor>
  )
}
