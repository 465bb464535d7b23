import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type Fact, Facts } from '@/components/Facts'
import { LinkAnchor } from '@/components/Links'
import { Page } from '@/components/Page'
import { Section } from '@/components/Section'
import { ErrorState } from '@/components/States'
import { Trail } from '@/components/Trail'
import { Waiting } from '@/components/Waiting'
import { sentence } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { Aliases } from './Aliases'
import { Balance } from './Balance'
import { Credentials } from './Credentials'
import { Health } from './Health'
import { ProviderActions } from './ProviderActions'
import { ProviderRoutes } from './ProviderRoutes'
import { ProviderStatus } from './ProviderStatus'
import { type Provider, providerDetails } from './queries'
import { ROTATIONS, TIMEOUTS } from './values'

const route = getRouteApi('/shell/admin/providers/$id')

/** One provider: its secrets, its models, and how it is reached. */
export function ProviderPage() {
  const { id } = route.useParams()
  const found = useQuery(providerDetails(Number(id)))
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  if (!found.data) return <Waiting />
  return <Details of={found.data} />
}

function Details({ of: provider }: { of: Provider }) {
  const { t } = useTranslation()
  const isFile = provider.origin === 'file'
  const above = (
    <Trail up={<LinkAnchor to="/providers">{t('providers.title')}</LinkAnchor>} here={provider.name} />
  )
  return (
    <Page
      title={provider.name}
      above={above}
      about={isFile ? t('common.readOnly') : provider.remark || undefined}
      actions={<ProviderActions of={provider} />}
    >
      <Section title={t('providers.facts')}>
        <Facts facts={useFacts(provider)} />
      </Section>
      <Credentials of={provider} />
      <ProviderRoutes of={provider} />
      <Aliases of={provider} />
    </Page>
  )
}

function useFacts(provider: Provider): Fact[] {
  const { t } = useTranslation()
  const format = useFormat()
  const rotation = ROTATIONS.find((name) => name === provider.rotation)
  return [
    { label: t('providers.status'), value: <ProviderStatus of={provider} /> },
    { label: t('providers.health'), value: <Health of={provider} /> },
    { label: t('providers.vendor'), value: provider.vendor },
    { label: t('providers.baseUrl'), value: provider.base_url },
    { label: t('providers.balance'), value: <Balance of={provider} /> },
    { label: t('providers.priority'), value: provider.priority },
    { label: t('providers.weight'), value: provider.weight },
    {
      label: t('providers.rotation'),
      value: rotation ? t(`providers.rotations.${rotation}`) : provider.rotation,
    },
    {
      label: t('providers.proxy'),
      value: provider.proxy_enabled ? provider.proxy_url_redacted : t('common.none'),
    },
    { label: t('providers.headers'), value: Object.keys(provider.headers).join(', ') || t('common.none') },
    {
      label: t('providers.accessToken'),
      value: provider.has_access_token ? t('providers.stored') : t('common.none'),
    },
    {
      label: t('providers.synced'),
      value: provider.last_synced > 0 ? format.dateTime(provider.last_synced) : t('common.never'),
    },
    { label: t('providers.lastCheckin'), value: <LastCheckin of={provider} /> },
    { label: t('providers.timeouts'), value: useTimeouts(provider) },
    { label: t('providers.created'), value: format.dateTime(provider.created_at) },
  ]
}

function LastCheckin({ of: provider }: { of: Provider }) {
  const { t, i18n } = useTranslation()
  const format = useFormat()
  if (provider.last_checkin_result_at === 0) {
    return <>{provider.checkin_enabled ? t('common.never') : t('common.disabled')}</>
  }
  const said = i18n.language.startsWith('zh')
    ? provider.last_checkin_message_zh
    : provider.last_checkin_message
  return (
    <>
      {format.ago(provider.last_checkin_result_at)}
      {said !== '' && (
        <Text span size="xs" c="dimmed" display="block">
          {sentence(said)}
        </Text>
      )}
    </>
  )
}

function useTimeouts({ timeouts }: Provider): string {
  const { t } = useTranslation()
  const format = useFormat()
  const own = TIMEOUTS.flatMap((name) => {
    const millis = timeouts[`${name}_ms`]
    return millis === null ? [] : [`${t(`providers.timeoutOf.${name}`)} ${format.duration(millis)}`]
  })
  return own.length === 0 ? t('providers.usual') : own.join(', ')
}
