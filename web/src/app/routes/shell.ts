import { createRoute, redirect } from '@tanstack/react-router'
import { keyRoutes } from './keys'
import { logRoutes } from './logs'
import { shellRoute } from './root'

const home = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/keys' })
  },
})

const dashboard = createRoute({
  getParentRoute: () => shellRoute,
  path: '/dashboard',
  beforeLoad: () => {
    throw redirect({ to: '/' })
  },
})

/** The pages of somebody who is signed in: one line for each part of the console. */
export const shellRoutes = [home, dashboard, ...keyRoutes, ...logRoutes] as const
