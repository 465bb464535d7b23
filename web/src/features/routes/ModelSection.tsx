import { Button } from '@mantine/core'
import { IconRoute } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Selection } from '@/components/bulk'
import { DataTable } from '@/components/DataTable'
import { Section } from '@/components/Section'
import { useRouteColumns } from './columns'
import { Grip } from './Grip'
import type { Route } from './queries'
import { tiersOf } from './tiers'
import { useMoving } from './useMoving'

interface Props {
  model: string
  routes: Route[]
  /** The routes that are chosen, of this model and of others. */
  selection: Selection
  /** Shows where a call would go. */
  onWay: () => void
}

/** A model with its routes, in the order in which they are tried. */
export function ModelSection({ model, routes, selection, onWay }: Props) {
  const { t } = useTranslation()
  const columns = useRouteColumns()
  const moving = useMoving(routes)
  const tiers = tiersOf(routes)
  const way = (
    <Button variant="default" size="xs" leftSection={<IconRoute size={14} aria-hidden />} onClick={onWay}>
      {t('routes.way')}
    </Button>
  )
  const grip = {
    id: 'grip',
    header: t('routes.move'),
    role: 'actions' as const,
    width: '3.75rem',
    // A route alone has nowhere to go, and its table has the columns of the others.
    cell: (row: Route) => (routes.length > 1 ? <Grip of={row} {...moving.gripOf(row)} /> : null),
  }
  const groupOf = ({ priority }: Route) => {
    const place = tiers.indexOf(priority)
    const title = place === 0 ? t('routes.tierFirst') : t('routes.tierNext', { place: place + 1 })
    return { id: priority, title: t('routes.tier', { title, priority }) }
  }
  return (
    <Section title={model} actions={way}>
      <DataTable
        label={model}
        columns={[...columns, grip]}
        rows={routes}
        rowId={(row) => row.id}
        isMuted={(row) => !isOn(row)}
        rowProps={moving.rowProps}
        selection={{ ...selection, ...CHOOSING }}
        {...(tiers.length > 1 && { groupOf })}
      />
    </Section>
  )
}

/** What is declared in the configuration file is changed there. */
const CHOOSING = {
  idOf: ({ id }: Route) => id,
  nameOf: ({ model_name: model, provider_name: provider }: Route) => `${model} · ${provider}`,
  canChoose: ({ origin }: Route) => origin !== 'file',
}

function isOn(row: Route): boolean {
  return row.enabled && row.provider_status === 1 && row.token_status === 1
}
