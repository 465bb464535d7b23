import { Text } from '@mantine/core'
import { IconSearchOff } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Column } from '@/components/DataTable'
import { PagedTable } from '@/components/PagedTable'
import { NoPrices } from './NoPrices'
import { PriceText, Since, Source } from './PriceText'
import { builtinList, type Version } from './queries'
import { OwnPrice } from './StatedPrices'
import { followerOf, type PriceValues } from './values'

interface Props {
  text: string | undefined
  onSet: (values: PriceValues) => void
}

/** List prices of vendors, as Sluice knows them by itself. */
export function BuiltinPrices({ text, onSet }: Props) {
  const { t } = useTranslation()
  const found = useInfiniteQuery(builtinList(text))
  const rows = found.data?.pages.flatMap((page) => page.items)
  const columns: Column<Version>[] = [
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
    { id: 'vendor', header: t('prices.vendor'), cell: ({ vendor }) => vendor ?? t('prices.everywhere') },
    { id: 'price', header: t('prices.price'), align: 'right', cell: (version) => <PriceText of={version} /> },
    { id: 'source', header: t('prices.source'), isMinor: true, cell: (version) => <Source of={version} /> },
    {
      id: 'since',
      header: t('prices.since'),
      isMinor: true,
      cell: (version) => <Since at={version.effective_from} />,
    },
    {
      id: 'actions',
      header: t('common.actions'),
      role: 'actions',
      cell: (version) => <OwnPrice onClick={() => onSet(followerOf(version, 'cost'))} />,
    },
  ]
  const empty = (
    <NoPrices text={text ?? ''} icon={IconSearchOff} title={t('prices.nothing')}>
      {t('prices.builtinHint')}
    </NoPrices>
  )
  return (
    <PagedTable
      found={found}
      empty={empty}
      hint={t('prices.builtinHint')}
      label={t('prices.views.builtin')}
      columns={columns}
      rows={rows}
      rowId={({ version }) => version}
    />
  )
}
