import { createRoute, redirect } from '@tanstack/react-router'
import { auditRoutes } from './audit'
import { dashboardRoutes } from './dashboard'
import { jobRoutes } from './jobs'
import { keyRoutes } from './keys'
import { logRoutes } from './logs'
import { modelRoutes } from './models'
import { playgroundRoutes } from './playground'
import { adminRoute, shellRoute } from './root'

const home = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/dashboard' })
  },
})

/** The pages of somebody who is signed in: one line for each part of the console. */
export const shellRoutes = [
  home,
  ...dashboardRoutes,
  ...keyRoutes,
  ...logRoutes,
  ...playgroundRoutes,
  adminRoute.addChildren([...modelRoutes, ...jobRoutes, ...auditRoutes]),
] as const
