import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readPlaygroundSearch } from '@/features/playground/search'
import { shellRoute } from './root'

const playground = createRoute({
  getParentRoute: () => shellRoute,
  path: '/playground',
  validateSearch: readPlaygroundSearch,
  component: lazyRouteComponent(() => import('@/features/playground/PlaygroundPage'), 'PlaygroundPage'),
})

export const playgroundRoutes = [playground] as const
