import {
  type Icon,
  IconArrowsSplit2,
  IconBuildingBank,
  IconChartBar,
  IconClockPlay,
  IconCoin,
  IconGauge,
  IconHistory,
  IconKey,
  IconListSearch,
  IconMessages,
  IconRocket,
  IconRoute,
  IconServer2,
  IconSettings,
  IconUserCog,
  IconUsers,
  IconUsersGroup,
  IconWallet,
} from '@tabler/icons-react'
import type { LinkProps } from '@tanstack/react-router'
import type { ParseKeys } from 'i18next'
import { isAdmin, isRoot, type User } from '@/lib/session'

/** An entry of the navigation. */
export interface Place {
  to: NonNullable<LinkProps['to']>
  label: ParseKeys
  icon: Icon
  isForAdmins?: boolean
  isForRoot?: boolean
  /** Only for those who pay for their calls. */
  isForBilled?: boolean
}

/** Entries that belong together. */
export interface PlaceGroup {
  /** `null` for the first ones, which need no word above them. */
  label: ParseKeys | null
  places: Place[]
}

const GROUPS: PlaceGroup[] = [
  {
    label: null,
    places: [
      { to: '/dashboard', label: 'nav.dashboard', icon: IconChartBar },
      { to: '/welcome', label: 'nav.welcome', icon: IconRocket, isForAdmins: true },
    ],
  },
  {
    label: 'nav.upstreams',
    places: [
      { to: '/providers', label: 'nav.providers', icon: IconServer2, isForAdmins: true },
      { to: '/models', label: 'nav.models', icon: IconRoute, isForAdmins: true },
      { to: '/rules', label: 'nav.rules', icon: IconArrowsSplit2, isForAdmins: true },
    ],
  },
  {
    label: 'nav.usage',
    places: [
      { to: '/keys', label: 'nav.keys', icon: IconKey },
      { to: '/logs', label: 'nav.logs', icon: IconListSearch },
      { to: '/playground', label: 'nav.playground', icon: IconMessages },
    ],
  },
  {
    label: 'nav.money',
    places: [
      { to: '/prices', label: 'nav.prices', icon: IconCoin, isForAdmins: true },
      { to: '/accounts', label: 'nav.accounts', icon: IconBuildingBank, isForAdmins: true },
      { to: '/balance', label: 'nav.balance', icon: IconWallet, isForBilled: true },
      { to: '/budgets', label: 'nav.budgets', icon: IconGauge },
    ],
  },
  {
    label: 'nav.people',
    places: [
      { to: '/users', label: 'nav.users', icon: IconUsers, isForAdmins: true },
      { to: '/groups', label: 'nav.groups', icon: IconUsersGroup, isForAdmins: true },
    ],
  },
  {
    label: 'nav.system',
    places: [
      { to: '/jobs', label: 'nav.jobs', icon: IconClockPlay, isForAdmins: true },
      { to: '/audit', label: 'nav.audit', icon: IconHistory, isForAdmins: true },
      { to: '/settings', label: 'nav.settings', icon: IconSettings, isForRoot: true },
    ],
  },
]

/** One's own account; it is reached by the menu of the account. */
export const PROFILE: Place = { to: '/profile', label: 'nav.profile', icon: IconUserCog }

/** Returns where a user may go. */
export function placesOf(user: User): PlaceGroup[] {
  const open = (place: Place) =>
    (place.isForAdmins !== true || isAdmin(user)) &&
    (place.isForRoot !== true || isRoot(user)) &&
    (place.isForBilled !== true || user.billed)
  return GROUPS.map((group) => ({ ...group, places: group.places.filter(open) })).filter(
    (group) => group.places.length > 0,
  )
}
