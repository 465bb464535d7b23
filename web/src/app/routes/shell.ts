import { createRoute, redirect } from '@tanstack/react-router'
import { providerCount } from '@/lib/providers'
import { isAdmin } from '@/lib/session'
import { auditRoutes } from './audit'
import { dashboardRoutes } from './dashboard'
import { jobRoutes } from './jobs'
import { keyRoutes } from './keys'
import { logRoutes } from './logs'
import { modelRoutes } from './models'
import { playgroundRoutes } from './playground'
import { profileRoutes } from './profile'
import { providerRoutes } from './providers'
import { adminRoute, shellRoute } from './root'
import { ruleRoutes } from './rules'
import { welcomeRoutes } from './welcome'

const home = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: async ({ context }) => {
    const isNew = isAdmin(context.user) && (await context.client.query(providerCount)) === 0
    throw redirect({ to: isNew ? '/welcome' : '/dashboard' })
  },
})

/** The pages of somebody who is signed in: one line for each part of the console. */
export const shellRoutes = [
  home,
  ...dashboardRoutes,
  ...keyRoutes,
  ...logRoutes,
  ...playgroundRoutes,
  ...profileRoutes,
  adminRoute.addChildren([
    ...welcomeRoutes,
    ...providerRoutes,
    ...modelRoutes,
    ...ruleRoutes,
    ...jobRoutes,
    ...auditRoutes,
  ]),
] as const
