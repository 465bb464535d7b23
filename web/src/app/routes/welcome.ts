import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { adminRoute } from './root'

const welcome = createRoute({
  getParentRoute: () => adminRoute,
  path: '/welcome',
  component: lazyRouteComponent(() => import('../welcome/WelcomePage'), 'WelcomePage'),
})

export const welcomeRoutes = [welcome] as const
