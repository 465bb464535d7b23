import { Badge, Button, Skeleton, Text } from '@mantine/core'
import { IconCoin } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Column } from '@/components/DataTable'
import { LinkButton } from '@/components/Links'
import { PagedTable } from '@/components/PagedTable'
import { NoPrices } from './NoPrices'
import { PriceText, Since, Source } from './PriceText'
import { effectivePrice, type Offer, offerList } from './queries'
import { followerOf, newPrice, type PriceValues } from './values'

interface Props {
  text: string | undefined
  onOpen: (offer: Offer) => void
  onSet: (values: PriceValues) => void
}

/** What each model costs now at each provider that serves it. */
export function EffectivePrices({ text, onOpen, onSet }: Props) {
  const { t } = useTranslation()
  const found = useInfiniteQuery(offerList(text))
  const columns = useColumns(onSet)
  const empty = (
    <NoPrices
      text={text}
      icon={IconCoin}
      title={t('prices.empty')}
      actions={<LinkButton to="/providers">{t('prices.toProviders')}</LinkButton>}
    >
      {t('prices.emptyHint')}
    </NoPrices>
  )
  return (
    <PagedTable
      found={found}
      empty={empty}
      label={t('prices.views.effective')}
      columns={columns}
      rows={found.data}
      rowId={({ provider, model }) => `${provider} ${model}`}
      onOpen={onOpen}
    />
  )
}

function useColumns(onSet: Props['onSet']): Column<Offer>[] {
  const { t } = useTranslation()
  return [
    {
      id: 'model',
      header: t('prices.model'),
      role: 'title',
      cell: ({ model }) => (
        <Text size="sm" fw={550}>
          {model}
        </Text>
      ),
    },
    { id: 'provider', header: t('prices.provider'), cell: ({ providerName }) => providerName },
    { id: 'price', header: t('prices.price'), align: 'right', cell: (offer) => <Cost of={offer} /> },
    { id: 'source', header: t('prices.source'), cell: (offer) => <CostSource of={offer} /> },
    { id: 'since', header: t('prices.since'), isMinor: true, cell: (offer) => <CostSince of={offer} /> },
    {
      id: 'actions',
      header: t('common.actions'),
      role: 'actions',
      cell: (offer) => <SetPrice of={offer} onSet={onSet} />,
    },
  ]
}

function Cost({ of: { model, provider } }: { of: Offer }) {
  const { t } = useTranslation()
  const found = useQuery(effectivePrice(model, provider))
  if (found.isPending) return <Skeleton height={14} width={90} />
  if (!found.data?.cost) return found.isError ? '—' : <Badge color="yellow">{t('prices.none')}</Badge>
  return <PriceText of={found.data.cost} />
}

function CostSource({ of: { model, provider } }: { of: Offer }) {
  const cost = useQuery(effectivePrice(model, provider)).data?.cost
  return cost ? <Source of={cost} /> : '—'
}

function CostSince({ of: { model, provider } }: { of: Offer }) {
  const cost = useQuery(effectivePrice(model, provider)).data?.cost
  return cost ? <Since at={cost.effective_from} /> : '—'
}

function SetPrice({ of: { model, provider }, onSet }: { of: Offer; onSet: Props['onSet'] }) {
  const { t } = useTranslation()
  const cost = useQuery(effectivePrice(model, provider)).data?.cost
  const here = { model, place: 'provider' as const, provider: String(provider), vendor: null }
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      onClick={() => onSet(cost ? { ...followerOf(cost, 'cost'), ...here } : newPrice(here))}
    >
      {t('prices.set')}
    </Button>
  )
}
