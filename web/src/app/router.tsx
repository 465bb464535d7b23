import type { QueryClient } from '@tanstack/react-query'
import { createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { openRoutes } from './routes/open'
import { rootRoute, shellRoute } from './routes/root'
import { shellRoutes } from './routes/shell'
import { Waiting } from '@/components/Waiting'

const ErrorPage = lazyRouteComponent(() => import('./ErrorPage'), 'ErrorPage')
const NotFoundPage = lazyRouteComponent(() => import('./NotFoundPage'), 'NotFoundPage')

const tree = rootRoute.addChildren([...openRoutes, shellRoute.addChildren(shellRoutes)])

/** Fetches what stands in the place of a page that fails: it cannot be had once the gateway is away. */
export function prepareForTrouble(): void {
  void ErrorPage.preload?.()
}

/** Returns the router over all pages. */
export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { client },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    defaultPendingComponent: Waiting,
    defaultPendingMs: 300,
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
