import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readDashboardSearch } from '@/features/dashboard/search'
import { shellRoute } from './root'

const dashboard = createRoute({
  getParentRoute: () => shellRoute,
  path: '/dashboard',
  validateSearch: readDashboardSearch,
  component: lazyRouteComponent(() => import('@/features/dashboard/DashboardPage'), 'DashboardPage'),
})

export const dashboardRoutes = [dashboard] as const
