import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readPriceSearch } from '@/features/prices/search'
import { adminRoute } from './root'

const prices = createRoute({
  getParentRoute: () => adminRoute,
  path: '/prices',
  validateSearch: readPriceSearch,
  component: lazyRouteComponent(() => import('@/features/prices/PricesPage'), 'PricesPage'),
})

export const priceRoutes = [prices] as const
