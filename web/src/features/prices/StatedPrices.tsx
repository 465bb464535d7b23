import { ActionIcon, Badge, Button, Group, Menu, Text } from '@mantine/core'
import { IconCoin, IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Column } from '@/components/DataTable'
import { PagedTable } from '@/components/PagedTable'
import { useDeleted, useUndoableDelete } from '@/components/undo'
import { isPast } from '@/lib/format'
import { NoPrices } from './NoPrices'
import { Place, PriceText, Since, Source } from './PriceText'
import { deletePrice, type Price, providerChoices, statedList } from './queries'
import { followerOf, type PriceValues } from './values'

interface Props {
  text: string | undefined
  onSet: (values: PriceValues) => void
  /** The way to a first price. */
  add: ReactNode
}

/** Prices that were stated here or published by providers. */
export function StatedPrices({ text, onSet, add }: Props) {
  const { t } = useTranslation()
  const found = useInfiniteQuery(statedList(text))
  const deleted = useDeleted()
  const columns = usePriceColumns(onSet)
  const rows = found.data?.pages
    .flatMap((page) => page.items)
    .filter((price) => !deleted.has(`price-${price.id}`))
  const empty = (
    <NoPrices text={text} icon={IconCoin} title={t('prices.noneStated')} actions={add}>
      {t('prices.noneStatedHint')}
    </NoPrices>
  )
  return (
    <PagedTable
      found={found}
      empty={empty}
      label={t('prices.views.stated')}
      columns={columns}
      rows={rows}
      rowId={({ id }) => id}
      isMuted={({ effective_from: from }) => !isPast(from)}
    />
  )
}

/** The columns of prices that somebody stated. */
export function usePriceColumns(onSet: (values: PriceValues) => void): Column<Price>[] {
  const { t } = useTranslation()
  const choices = useQuery(providerChoices).data ?? []
  const names = new Map(choices.map(({ value, label }) => [Number(value), label]))
  return [
    { id: 'model', header: t('prices.model'), role: 'title', cell: (price) => <Model of={price} /> },
    { id: 'place', header: t('prices.place'), cell: (price) => <Place of={price} providers={names} /> },
    { id: 'price', header: t('prices.price'), align: 'right', cell: (price) => <PriceText of={price} /> },
    { id: 'source', header: t('prices.source'), cell: (price) => <Source of={price} /> },
    { id: 'from', header: t('prices.holdsFrom'), cell: (price) => <From of={price} /> },
    {
      id: 'actions',
      header: t('common.actions'),
      role: 'actions',
      cell: (price) => <PriceMenu of={price} onSet={onSet} />,
    },
  ]
}

function Model({ of: price }: { of: Price }) {
  const { t } = useTranslation()
  return (
    <div>
      <Group gap={6}>
        <Text size="sm" fw={550}>
          {price.model}
        </Text>
        {price.purpose === 'sell' && <Badge color="accent">{t('prices.selling')}</Badge>}
      </Group>
      {price.remark !== '' && (
        <Text size="xs" c="dimmed">
          {price.remark}
        </Text>
      )}
    </div>
  )
}

function From({ of: price }: { of: Price }) {
  const { t } = useTranslation()
  return (
    <Group gap={6}>
      <Since at={price.effective_from} />
      {!isPast(price.effective_from) && <Badge color="gray">{t('prices.toCome')}</Badge>}
    </Group>
  )
}

function PriceMenu({ of: price, onSet }: { of: Price; onSet: (values: PriceValues) => void }) {
  const { t } = useTranslation()
  const remove = useUndoableDelete()
  const doom = () =>
    remove({
      id: `price-${price.id}`,
      name: price.model,
      remove: () => deletePrice(price.id),
      queryKey: ['prices'],
    })
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('common.actionsOf', { name: price.model })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconPencil size={16} aria-hidden />}
          onClick={() => onSet(followerOf(price, price.purpose === 'sell' ? 'sell' : 'cost', price.remark))}
        >
          {t('prices.follow')}
        </Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={doom}>
          {t('common.delete')}
        </Menu.Item>
        {price.source === 'provider' && <Menu.Label>{t('prices.comesBack')}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  )
}

/** The button that starts a price from one that exists. */
export function OwnPrice({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation()
  return (
    <Button variant="subtle" size="compact-sm" onClick={onClick}>
      {t('prices.stateMine')}
    </Button>
  )
}
