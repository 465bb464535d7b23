import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readBudgetSearch } from '@/features/budgets/search'
import { shellRoute } from './root'

const budgets = createRoute({
  getParentRoute: () => shellRoute,
  path: '/budgets',
  validateSearch: readBudgetSearch,
  component: lazyRouteComponent(() => import('@/features/budgets/BudgetsPage'), 'BudgetsPage'),
})

export const budgetRoutes = [budgets] as const
