import {
  type Icon,
  IconArrowsSplit2,
  IconChartBar,
  IconClockPlay,
  IconHistory,
  IconKey,
  IconListSearch,
  IconMessages,
  IconRocket,
  IconRoute,
  IconServer2,
  IconUserCog,
} from '@tabler/icons-react'
import type { LinkProps } from '@tanstack/react-router'
import type { ParseKeys } from 'i18next'
import { isAdmin, type User } from '@/lib/session'

/** An entry of the navigation. */
export interface Place {
  to: NonNullable<LinkProps['to']>
  label: ParseKeys
  icon: Icon
  isForAdmins?: boolean
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
    label: 'nav.system',
    places: [
      { to: '/jobs', label: 'nav.jobs', icon: IconClockPlay, isForAdmins: true },
      { to: '/audit', label: 'nav.audit', icon: IconHistory, isForAdmins: true },
    ],
  },
]

/** One's own account; it is reached by the menu of the account. */
export const PROFILE: Place = { to: '/profile', label: 'nav.profile', icon: IconUserCog }

/** Returns where a user may go. */
export function placesOf(user: User): PlaceGroup[] {
  const open = (place: Place) => place.isForAdmins !== true || isAdmin(user)
  return GROUPS.map((group) => ({ ...group, places: group.places.filter(open) })).filter(
    (group) => group.places.length > 0,
  )
}
