import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readKeySearch } from '@/features/keys/search'
import { shellRoute } from './root'

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/keys',
  validateSearch: readKeySearch,
  component: lazyRouteComponent(() => import('@/features/keys/KeysPage'), 'KeysPage'),
})

const details = createRoute({
  getParentRoute: () => shellRoute,
  path: '/keys/$id',
  component: lazyRouteComponent(() => import('@/features/keys/KeyPage'), 'KeyPage'),
})

export const keyRoutes = [list, details] as const
