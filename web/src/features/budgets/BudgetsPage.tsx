import { Badge, Button, Group, Modal } from '@mantine/core'
import { IconGauge, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { BudgetBar, usePeriod } from '@/components/budgets/BudgetBar'
import { BudgetMenu } from '@/components/budgets/BudgetMenu'
import type { Column } from '@/components/DataTable'
import { LinkAnchor } from '@/components/Links'
import { Page } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { EmptyState } from '@/components/States'
import type { Budget } from '@/lib/budgets'
import { isAdmin, useUser } from '@/lib/session'
import { NewBudget } from './NewBudget'
import { budgetList } from './queries'

const route = getRouteApi('/shell/budgets')

/** How much may be spent, by whom or with what, and how much of it is left. */
export function BudgetsPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const go = route.useNavigate()
  const found = useInfiniteQuery(budgetList)
  const columns = useColumns()
  const rows = found.data?.pages.flatMap((page) => page.items)
  const close = () => void go({ search: {}, replace: true })
  const add = (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => void go({ search: { new: true } })}
    >
      {t('budgets.add')}
    </Button>
  )
  return (
    <Page
      title={t('budgets.title')}
      about={t('budgets.about')}
      actions={rows?.length === 0 ? undefined : add}
    >
      <PagedTable
        found={found}
        empty={
          <EmptyState icon={IconGauge} title={t('budgets.empty')} actions={add}>
            {t('budgets.emptyHint')}
          </EmptyState>
        }
        label={t('budgets.title')}
        columns={columns}
        rows={rows}
        rowId={({ id }) => id}
      />
      <Modal opened={search.new === true} onClose={close} title={t('budgets.add')}>
        <NewBudget onDone={close} />
      </Modal>
    </Page>
  )
}

function useColumns(): Column<Budget>[] {
  const { t } = useTranslation()
  const user = useUser()
  const period = usePeriod()
  const ownerOf = useOwner()
  return [
    { id: 'owner', header: t('budgets.owner'), role: 'title', cell: (budget) => <Who of={budget} /> },
    { id: 'period', header: t('budgets.period'), cell: (budget) => period(budget) },
    {
      id: 'used',
      header: t('budgets.state'),
      cell: (budget) => <BudgetBar of={budget} label={`${ownerOf(budget)} · ${period(budget)}`} />,
    },
    {
      id: 'actions',
      header: t('common.actions'),
      role: 'actions',
      // Whoever is limited may look at the limit, and not lift it.
      cell: (budget) =>
        budget.scope === 'key' || isAdmin(user) ? <BudgetMenu of={budget} owner={ownerOf(budget)} /> : null,
    },
  ]
}

/** Returns what names the one whose spending a budget limits. */
function useOwner(): (budget: Budget) => string {
  const { t } = useTranslation()
  return ({ owner_name: name, owner_id: id }) => name ?? t('budgets.gone', { id })
}

function Who({ of: budget }: { of: Budget }) {
  const { t } = useTranslation()
  const user = useUser()
  const ownerOf = useOwner()
  const id = String(budget.owner_id)
  const name = ownerOf(budget)
  const isThere = budget.owner_name != null
  return (
    <Group gap={6}>
      {isThere && budget.scope === 'key' && (
        <LinkAnchor to="/keys/$id" params={{ id }} fw={550} c="inherit">
          {name}
        </LinkAnchor>
      )}
      {isThere && budget.scope === 'user' && isAdmin(user) && (
        <LinkAnchor to="/users/$id" params={{ id }} fw={550} c="inherit">
          {name}
        </LinkAnchor>
      )}
      {(!isThere || (budget.scope === 'user' && !isAdmin(user))) && name}
      <Badge color="gray">
        {budget.scope === 'key' ? t('budgets.scopes.key') : t('budgets.scopes.user')}
      </Badge>
    </Group>
  )
}
