import { Skeleton, Stack, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { LoadMore } from '@/components/LoadMore'
import { Section } from '@/components/Section'
import { ErrorState } from '@/components/States'
import { useFormat } from '@/lib/format'
import { CLASSES } from './classes'
import { NoPrices } from './NoPrices'
import { type Dispute, disputeList } from './queries'
import { OwnPrice } from './StatedPrices'
import { newPrice, type PriceValues } from './values'

interface Props {
  text: string | undefined
  onSet: (values: PriceValues) => void
}

/** Built-in prices that the data sets behind them do not agree on. */
export function DisputedPrices({ text, onSet }: Props) {
  const { t } = useTranslation()
  const found = useInfiniteQuery(disputeList(text))
  const rows = found.data?.pages.flatMap((page) => page.items)
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  if (rows === undefined) return <Skeleton height={240} />
  if (rows.length === 0) {
    return (
      <NoPrices text={text} icon={IconCircleCheck} title={t('prices.noDispute')}>
        {t('prices.noDisputeHint')}
      </NoPrices>
    )
  }
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('prices.disputesHint')}
      </Text>
      {rows.map((dispute) => (
        <One key={`${dispute.vendor} ${dispute.models.join(' ')}`} of={dispute} onSet={onSet} />
      ))}
      <LoadMore
        hasMore={found.hasNextPage}
        isLoading={found.isFetchingNextPage}
        onMore={() => void found.fetchNextPage()}
      />
    </>
  )
}

function One({ of: dispute, onSet }: { of: Dispute; onSet: Props['onSet'] }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [name = '', ...others] = dispute.models
  const sources = [...new Set(Object.values(dispute.rates).flatMap((rates) => Object.keys(rates)))]
  const columns: Column<string>[] = [
    { id: 'class', header: t('prices.class'), role: 'title', cell: (rate) => <ClassName of={rate} /> },
    ...sources.map(
      (source): Column<string> => ({
        id: source,
        header: source,
        align: 'right',
        width: '10rem',
        cell: (rate) => {
          const micros = dispute.rates[rate]?.[source]
          return micros === undefined ? '—' : t('prices.perMillion', { price: format.exactMoney(micros) })
        },
      }),
    ),
  ]
  const mine = (
    <OwnPrice onClick={() => onSet(newPrice({ model: name, place: 'vendor', vendor: dispute.vendor }))} />
  )
  return (
    <Section
      title={name}
      about={others.length > 0 ? `${dispute.vendor} · ${others.join(', ')}` : dispute.vendor}
      actions={mine}
    >
      <Stack gap="sm">
        <DataTable label={name} columns={columns} rows={Object.keys(dispute.rates)} rowId={(rate) => rate} />
      </Stack>
    </Section>
  )
}

/** A class, in a tier perhaps: `input above 200000`. */
function ClassName({ of: rate }: { of: string }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [name, tokens] = rate.split(' above ')
  const known = CLASSES.find((one) => one === name)
  const label = known ? t(`prices.classes.${known}`) : name
  return tokens === undefined
    ? label
    : `${label} · ${t('prices.above', { tokens: format.number(Number(tokens)) })}`
}
