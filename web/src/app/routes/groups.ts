import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readGroupSearch } from '@/features/groups/search'
import { adminRoute } from './root'

const groups = createRoute({
  getParentRoute: () => adminRoute,
  path: '/groups',
  validateSearch: readGroupSearch,
  component: lazyRouteComponent(() => import('@/features/groups/GroupsPage'), 'GroupsPage'),
})

export const groupRoutes = [groups] as const
