import { createRoute, redirect } from '@tanstack/react-router'
import { providerCount } from '@/lib/providers'
import { isAdmin } from '@/lib/session'
import { accountRoutes, balanceRoutes } from './accounts'
import { auditRoutes } from './audit'
import { budgetRoutes } from './budgets'
import { dashboardRoutes } from './dashboard'
import { groupRoutes } from './groups'
import { jobRoutes } from './jobs'
import { keyRoutes } from './keys'
import { logRoutes } from './logs'
import { modelRoutes } from './models'
import { playgroundRoutes } from './playground'
import { adminRoute, shellRoute } from './root'
import { priceRoutes } from './prices'
import { profileRoutes } from './profile'
import { providerRoutes } from './providers'
import { ruleRoutes } from './rules'
import { settingRoutes } from './settings'
import { userRoutes } from './users'
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
  ...balanceRoutes,
  ...budgetRoutes,
  adminRoute.addChildren([
    ...welcomeRoutes,
    ...providerRoutes,
    ...modelRoutes,
    ...ruleRoutes,
    ...priceRoutes,
    ...accountRoutes,
    ...userRoutes,
    ...groupRoutes,
    ...jobRoutes,
    ...auditRoutes,
    ...settingRoutes,
  ]),
] as const
