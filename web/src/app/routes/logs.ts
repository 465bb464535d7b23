import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readLogSearch } from '@/features/logs/search'
import { shellRoute } from './root'

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/logs',
  validateSearch: readLogSearch,
  component: lazyRouteComponent(() => import('@/features/logs/LogsPage'), 'LogsPage'),
})

const details = createRoute({
  getParentRoute: () => shellRoute,
  path: '/logs/$call',
  component: lazyRouteComponent(() => import('@/features/logs/CallPage'), 'CallPage'),
})

export const logRoutes = [list, details] as const
