import { Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { useFormat } from '@/lib/format'
import { CLASSES, isByPiece, type PriceClass, SERVICES } from './classes'
import { useRate } from './PriceText'
import type { Schedule, Version } from './queries'

/** Every rate of a price, by level of service and by length. */
export function Rates({ of: { price } }: { of: Pick<Version, 'price'> }) {
  const { t } = useTranslation()
  const stated = SERVICES.filter((service) => price[service])
  return (
    <Stack gap="md">
      {stated.map((service) => {
        const schedule = price[service]
        if (!schedule) return null
        return (
          <Stack key={service} gap={6}>
            {stated.length > 1 && <Title order={3}>{t(`prices.services.${service}`)}</Title>}
            <ScheduleTable label={t(`prices.services.${service}`)} of={schedule} />
          </Stack>
        )
      })}
      {stated.length === 1 && (
        <Text size="xs" c="dimmed">
          {t('prices.oneService')}
        </Text>
      )}
    </Stack>
  )
}

function ScheduleTable({ label, of: { base, tiers = [] } }: { label: string; of: Schedule }) {
  const { t } = useTranslation()
  const format = useFormat()
  const write = useRate()
  const rows = CLASSES.filter((name) => [base, ...tiers.map((tier) => tier.rates)].some((one) => name in one))
  const show = (name: PriceClass, rate: number | undefined) =>
    rate === undefined
      ? '—'
      : t(isByPiece(name) ? 'prices.each' : 'prices.perMillion', { price: write(name, rate) })
  const columns: Column<PriceClass>[] = [
    {
      id: 'class',
      header: t('prices.class'),
      role: 'title',
      cell: (name) => t(`prices.classes.${name}`),
    },
    { id: 'base', header: t('prices.rate'), align: 'right', cell: (name) => show(name, base[name]) },
    ...tiers.map(
      (tier): Column<PriceClass> => ({
        id: `above-${tier.above}`,
        header: t('prices.above', { tokens: format.number(tier.above) }),
        align: 'right',
        cell: (name) => show(name, tier.rates[name] ?? base[name]),
      }),
    ),
  ]
  if (rows.length === 0) return <Text size="sm">{t('prices.nothingStated')}</Text>
  return <DataTable label={label} columns={columns} rows={rows} rowId={(name) => name} />
}
