import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readModelSearch } from '@/features/routes/search'
import { adminRoute } from './root'

const models = createRoute({
  getParentRoute: () => adminRoute,
  path: '/models',
  validateSearch: readModelSearch,
  component: lazyRouteComponent(() => import('@/features/routes/ModelsPage'), 'ModelsPage'),
})

export const modelRoutes = [models] as const
