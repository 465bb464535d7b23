import type { QueryClient } from '@tanstack/react-query'
import { createRouter } from '@tanstack/react-router'
import { ErrorPage } from './ErrorPage'
import { NotFoundPage } from './NotFoundPage'
import { openRoutes } from './routes/open'
import { rootRoute, shellRoute } from './routes/root'
import { shellRoutes } from './routes/shell'
import { Waiting } from '@/components/States'

const tree = rootRoute.addChildren([...openRoutes, shellRoute.addChildren(shellRoutes)])

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
