import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, redirect } from '@tanstack/react-router'
import { isAdmin, session, status } from '@/lib/session'
import { Shell } from '../Shell'

/** What all pages may use while they load. */
export interface Context {
  client: QueryClient
}

export const rootRoute = createRootRouteWithContext<Context>()({})

/** The frame around the pages of somebody who is signed in. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    const user = await context.client.query({ ...session, staleTime: 'static' })
    if (user !== null) return { user }
    const { setup_needed } = await context.client.query(status)
    if (setup_needed) throw redirect({ to: '/setup' })
    const next = location.href === '/' ? undefined : location.href
    throw redirect({ to: '/login', search: { next } })
  },
  component: Shell,
})

/** Keeps pages for those who run this installation from others, who would only see refusals. */
export const adminRoute = createRoute({
  getParentRoute: () => shellRoute,
  id: 'admin',
  beforeLoad: ({ context }) => {
    if (!isAdmin(context.user)) throw redirect({ to: '/dashboard' })
  },
})
