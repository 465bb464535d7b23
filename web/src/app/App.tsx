import { MantineProvider } from '@mantine/core'
import { ModalsProvider } from '@mantine/modals'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { makeQueryClient, onSessionEnd } from '@/lib/queries'
import { session } from '@/lib/session'
import { colours, schemeManager, styleNonce, theme } from '@/lib/theme'
import { makeRouter } from './router'

const OPEN_TO_ALL = ['/login', '/setup', '/register']

/** The console: what all pages stand on. */
export function App() {
  const [client] = useState(makeQueryClient)
  const [router] = useState(() => makeRouter(client))

  useEffect(
    () =>
      onSessionEnd(() => {
        const { pathname, href } = router.state.location
        if (OPEN_TO_ALL.includes(pathname)) return
        client.clear()
        client.setQueryData(session.queryKey, null)
        void router.navigate({ to: '/login', search: { next: href, ended: true } })
      }),
    [client, router],
  )

  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={colours}
      colorSchemeManager={schemeManager}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={client}>
        <ModalsProvider>
          <RouterProvider router={router} />
          <Notifications position="bottom-right" />
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>
  )
}
