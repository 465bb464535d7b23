import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readAccountSearch } from '@/features/accounts/search'
import { adminRoute, shellRoute } from './root'

const list = createRoute({
  getParentRoute: () => adminRoute,
  path: '/accounts',
  validateSearch: readAccountSearch,
  component: lazyRouteComponent(() => import('@/features/accounts/AccountsPage'), 'AccountsPage'),
})

const details = createRoute({
  getParentRoute: () => adminRoute,
  path: '/accounts/$id',
  component: lazyRouteComponent(() => import('@/features/accounts/AccountPage'), 'AccountPage'),
})

const own = createRoute({
  getParentRoute: () => shellRoute,
  path: '/balance',
  component: lazyRouteComponent(() => import('@/features/accounts/BalancePage'), 'BalancePage'),
})

export const accountRoutes = [list, details] as const

export const balanceRoutes = [own] as const
