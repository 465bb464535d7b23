import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { readSettingSearch } from '@/features/settings/search'
import { isRoot } from '@/lib/session'
import { adminRoute } from './root'

const settings = createRoute({
  getParentRoute: () => adminRoute,
  path: '/settings',
  validateSearch: readSettingSearch,
  beforeLoad: ({ context }) => {
    if (!isRoot(context.user)) throw redirect({ to: '/dashboard' })
  },
  component: lazyRouteComponent(() => import('@/features/settings/SettingsPage'), 'SettingsPage'),
})

export const settingRoutes = [settings] as const
