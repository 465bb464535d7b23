import { Alert, Button, Drawer, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { DataTable } from '@/components/DataTable'
import { Facts } from '@/components/Facts'
import { ErrorState } from '@/components/States'
import { useDeleted } from '@/components/undo'
import { isPast } from '@/lib/format'
import { Since, Source } from './PriceText'
import { effectivePrice, statedFor, type Version } from './queries'
import { Rates } from './Rates'
import { usePriceColumns } from './StatedPrices'
import { followerOf, newPrice, type PriceValues } from './values'

interface Props {
  /** What is looked at; `undefined` keeps it closed. */
  model: string | undefined
  provider: number | undefined
  onClose: () => void
  onSet: (values: PriceValues) => void
}

/** Everything about the price of a model at a provider: what holds, who says so, what was and what will be. */
export function OfferDrawer({ model, provider, onClose, onSet }: Props) {
  const isOpen = model !== undefined && provider !== undefined
  return (
    <Drawer opened={isOpen} onClose={onClose} size="xl" title={model}>
      {isOpen && <Details model={model} provider={provider} onSet={onSet} />}
    </Drawer>
  )
}

interface DetailsProps {
  model: string
  provider: number
  onSet: (values: PriceValues) => void
}

function Details({ model, provider, onSet }: DetailsProps) {
  const { t } = useTranslation()
  const found = useQuery(effectivePrice(model, provider))
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  if (!found.data) return <Skeleton height={240} />
  const { cost, sell, provider_name: name, model: sent, group_multiplier: factor } = found.data
  const here = { model: sent, place: 'provider' as const, provider: String(provider), vendor: null }
  const start = (version: Version | null | undefined, purpose: 'cost' | 'sell') =>
    onSet(version ? { ...followerOf(version, purpose), ...here } : newPrice({ ...here, purpose }))
  return (
    <Stack gap="lg">
      <Facts
        facts={[
          { label: t('prices.provider'), value: name },
          { label: t('prices.model'), value: sent },
          { label: t('prices.defaultFactor'), value: `× ${factor}` },
        ]}
      />
      <Part
        title={t('prices.purposes.cost')}
        of={cost}
        none={t('prices.noCost')}
        onSet={() => start(cost, 'cost')}
      />
      <Part
        title={t('prices.purposes.sell')}
        of={sell}
        none={t('prices.noSell')}
        onSet={() => start(sell ?? cost, 'sell')}
      />
      <History model={sent} onSet={onSet} />
    </Stack>
  )
}

interface PartProps {
  title: string
  of: Version | null | undefined
  /** What it means that nobody states one. */
  none: string
  onSet: () => void
}

function Part({ title, of: version, none, onSet }: PartProps) {
  const { t } = useTranslation()
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={3}>{title}</Title>
        <Button variant="default" size="xs" onClick={onSet}>
          {t('prices.set')}
        </Button>
      </Group>
      {version ? (
        <>
          <Facts
            facts={[
              { label: t('prices.source'), value: <Source of={version} /> },
              { label: t('prices.since'), value: <Since at={version.effective_from} /> },
              { label: t('prices.statedAs'), value: version.model },
            ]}
          />
          <Rates of={version} />
        </>
      ) : (
        <Alert color="gray">{none}</Alert>
      )}
    </Stack>
  )
}

function History({ model, onSet }: { model: string; onSet: (values: PriceValues) => void }) {
  const { t } = useTranslation()
  const deleted = useDeleted()
  const columns = usePriceColumns(onSet)
  const found = useQuery(statedFor(model))
  const rows = found.data?.filter((price) => !deleted.has(`price-${price.id}`))
  return (
    <Stack gap="sm">
      <Title order={3}>{t('prices.history')}</Title>
      {rows?.length === 0 || found.isError ? (
        <Text size="sm" c="dimmed">
          {t('prices.noHistory')}
        </Text>
      ) : (
        <DataTable
          label={t('prices.history')}
          columns={columns.filter(({ id }) => id !== 'model')}
          rows={rows}
          rowId={({ id }) => id}
          isMuted={({ effective_from: from }) => !isPast(from)}
        />
      )}
    </Stack>
  )
}
