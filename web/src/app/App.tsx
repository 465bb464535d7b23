import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { makeQueryClient, onSessionEnd } from '@/lib/queries'
import { session } from '@/lib/session'
import { colours, schemeManager, speakingTheme, styleNonce } from '@/lib/theme'
import { makeRouter, prepareForTrouble } from './router'

// Nobody needs them before the page is there.
const Overlays = lazy(async () => ({ default: (await import('./Overlays')).Overlays }))

const OPEN_TO_ALL = ['/login', '/setup', '/register']

/** The console: what all pages stand on. */
export function App() {
  const [client] = useState(makeQueryClient)
  const [router] = useState(() => makeRouter(client))
  const { t } = useTranslation()
  const theme = useMemo(() => speakingTheme(t('common.close')), [t])

  useEffect(prepareForTrouble, [])
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
        <RouterProvider router={router} />
        <Suspense>
          <Overlays />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  )
}
