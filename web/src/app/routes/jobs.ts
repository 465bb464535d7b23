import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readJobSearch } from '@/features/jobs/search'
import { adminRoute } from './root'

const jobs = createRoute({
  getParentRoute: () => adminRoute,
  path: '/jobs',
  validateSearch: readJobSearch,
  component: lazyRouteComponent(() => import('@/features/jobs/JobsPage'), 'JobsPage'),
})

export const jobRoutes = [jobs] as const
