import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { rootRoute } from './root'

/** Where to go after signing in, and why that is needed. */
interface LoginSearch {
  next?: string | undefined
  ended?: boolean | undefined
}

const setup = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  component: lazyRouteComponent(() => import('@/features/account/SetupPage'), 'SetupPage'),
})

const login = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): LoginSearch => ({
    next: typeof search['next'] === 'string' ? search['next'] : undefined,
    ended: search['ended'] === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('@/features/account/LoginPage'), 'LoginPage'),
})

const register = createRoute({
  getParentRoute: () => rootRoute,
  path: '/register',
  component: lazyRouteComponent(() => import('@/features/account/RegisterPage'), 'RegisterPage'),
})

/** The pages for which nobody needs to be signed in. */
export const openRoutes = [setup, login, register] as const
