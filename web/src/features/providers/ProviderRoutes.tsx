import { Switch, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { Section } from '@/components/Section'
import type { Schemas } from '@/lib/api'
import { useComplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { type Provider, providerRoutes, useUpdateRoute } from './queries'

type Row = Schemas['OverviewRow']

/** The models that a provider serves. */
export function ProviderRoutes({ of: provider }: { of: Provider }) {
  const { t } = useTranslation()
  const found = useQuery(providerRoutes(provider.id))
  const columns = useColumns()
  return (
    <Section title={t('providers.routes.title')} about={t('providers.routes.about')}>
      {found.isError && <Text c="red">{t('errors.title')}</Text>}
      {found.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('providers.routes.none')}
        </Text>
      )}
      {!found.isError && found.data?.length !== 0 && (
        <DataTable
          label={t('providers.routes.title')}
          columns={columns}
          rows={found.data}
          rowId={({ id }) => id}
          isMuted={({ enabled }) => !enabled}
        />
      )}
    </Section>
  )
}

function useColumns(): Column<Row>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    {
      id: 'model',
      header: t('providers.routes.model'),
      role: 'title',
      cell: (row) => (
        <Text size="sm" fw={550}>
          {row.model_name}
          {row.upstream_model != null && (
            <Text span size="sm" c="dimmed">
              {' '}
              → {row.upstream_model}
            </Text>
          )}
        </Text>
      ),
    },
    {
      id: 'credential',
      header: t('providers.routes.credential'),
      isMinor: true,
      cell: (row) => row.token_name,
    },
    { id: 'priority', header: t('providers.priority'), align: 'right', cell: (row) => row.priority },
    { id: 'weight', header: t('providers.weight'), align: 'right', isMinor: true, cell: (row) => row.weight },
    {
      id: 'share',
      header: t('providers.routes.share'),
      align: 'right',
      cell: ({ effective_share_percent: share }) =>
        typeof share === 'number' ? format.percent(share / 100) : '—',
    },
    { id: 'enabled', header: t('providers.routes.used'), align: 'right', cell: (row) => <Use of={row} /> },
  ]
}

function Use({ of: row }: { of: Row }) {
  const { t } = useTranslation()
  const update = useUpdateRoute()
  const complain = useComplain()
  const shown = update.isPending ? update.variables.body.enabled === true : row.enabled
  return (
    <Switch
      checked={shown}
      disabled={row.origin === 'file'}
      display="inline-block"
      aria-label={t('providers.routes.use', { model: row.model_name })}
      onChange={() => update.mutate({ id: row.id, body: { enabled: !row.enabled } }, { onError: complain })}
    />
  )
}
