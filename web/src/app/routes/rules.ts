import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { adminRoute } from './root'

const rules = createRoute({
  getParentRoute: () => adminRoute,
  path: '/rules',
  component: lazyRouteComponent(() => import('@/features/rules/RulesPage'), 'RulesPage'),
})

export const ruleRoutes = [rules] as const
