import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readProviderSearch } from '@/features/providers/search'
import { adminRoute } from './root'

const list = createRoute({
  getParentRoute: () => adminRoute,
  path: '/providers',
  validateSearch: readProviderSearch,
  component: lazyRouteComponent(() => import('@/features/providers/ProvidersPage'), 'ProvidersPage'),
})

const details = createRoute({
  getParentRoute: () => adminRoute,
  path: '/providers/$id',
  component: lazyRouteComponent(() => import('@/features/providers/ProviderPage'), 'ProviderPage'),
})

export const providerRoutes = [list, details] as const
