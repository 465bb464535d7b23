import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readAuditSearch } from '@/features/audit/search'
import { adminRoute } from './root'

const audit = createRoute({
  getParentRoute: () => adminRoute,
  path: '/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('@/features/audit/AuditPage'), 'AuditPage'),
})

export const auditRoutes = [audit] as const
