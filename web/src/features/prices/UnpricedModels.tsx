import { Badge, Button, Group, Text } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Column } from '@/components/DataTable'
import { PagedTable } from '@/components/PagedTable'
import { EmptyState } from '@/components/States'
import { useFormat } from '@/lib/format'
import { type Unpriced, unpricedList } from './queries'
import { newPrice, type PriceValues } from './values'

/** Models that nobody states a price of, with a way to state one. */
export function UnpricedModels({ onSet }: { onSet: (values: PriceValues) => void }) {
  const { t } = useTranslation()
  const found = useInfiniteQuery(unpricedList)
  const rows = found.data?.pages.flatMap((page) => page.items)
  const columns = useColumns(onSet)
  const empty = (
    <EmptyState icon={IconCircleCheck} title={t('prices.allPriced')}>
      {t('prices.allPricedHint')}
    </EmptyState>
  )
  return (
    <PagedTable
      found={found}
      empty={empty}
      hint={t('prices.unpricedHint')}
      label={t('prices.views.unpriced')}
      columns={columns}
      rows={rows}
      rowId={({ model, provider_id: provider }) => `${provider} ${model}`}
    />
  )
}

function useColumns(onSet: (values: PriceValues) => void): Column<Unpriced>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { id: 'model', header: t('prices.model'), role: 'title', cell: (row) => <Model of={row} /> },
    { id: 'provider', header: t('prices.provider'), cell: (row) => row.provider_name },
    {
      id: 'calls',
      header: t('prices.unpricedCalls'),
      align: 'right',
      cell: (row) => format.number(row.unpriced_calls),
    },
    {
      id: 'last',
      header: t('prices.lastUsed'),
      isMinor: true,
      cell: (row) =>
        typeof row.last_used_at === 'number' ? format.ago(row.last_used_at) : t('common.never'),
    },
    {
      id: 'actions',
      header: t('common.actions'),
      role: 'actions',
      cell: (row) => (
        <Button
          variant="light"
          size="compact-sm"
          onClick={() =>
            onSet(newPrice({ model: row.model, place: 'provider', provider: String(row.provider_id) }))
          }
        >
          {t('prices.set')}
        </Button>
      ),
    },
  ]
}

function Model({ of: row }: { of: Unpriced }) {
  const { t } = useTranslation()
  const others = row.routes.filter((name) => name !== row.model)
  return (
    <div>
      <Group gap={6}>
        <Text size="sm" fw={550}>
          {row.model}
        </Text>
        {row.is_pattern && <Badge color="gray">{t('prices.pattern')}</Badge>}
      </Group>
      {others.length > 0 && (
        <Text size="xs" c="dimmed">
          {t('prices.askedAs', { names: others.join(', ') })}
        </Text>
      )}
    </div>
  )
}
