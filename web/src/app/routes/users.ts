import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readUserSearch } from '@/features/users/search'
import { adminRoute } from './root'

const list = createRoute({
  getParentRoute: () => adminRoute,
  path: '/users',
  validateSearch: readUserSearch,
  component: lazyRouteComponent(() => import('@/features/users/UsersPage'), 'UsersPage'),
})

const details = createRoute({
  getParentRoute: () => adminRoute,
  path: '/users/$id',
  component: lazyRouteComponent(() => import('@/features/users/UserPage'), 'UserPage'),
})

export const userRoutes = [list, details] as const
