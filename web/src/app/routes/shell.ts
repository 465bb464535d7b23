import { createRoute, redirect } from '@tanstack/react-router'
import { dashboardRoutes } from './dashboard'
import { keyRoutes } from './keys'
import { logRoutes } from './logs'
import { shellRoute } from './root'

const home = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/dashboard' })
  },
})

/** The pages of somebody who is signed in: one line for each part of the console. */
export const shellRoutes = [home, ...dashboardRoutes, ...keyRoutes, ...logRoutes] as const
