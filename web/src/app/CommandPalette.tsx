import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight'
import { useMantineColorScheme } from '@mantine/core'
import { IconLanguage, IconMoon, IconPlus, IconSearch, IconSun } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { chooseLanguage } from '@/lib/i18n'
import { isAdmin, useUser } from '@/lib/session'
import { PROFILE, placesOf } from './navigation'

const ICON = { size: 18, stroke: 1.6, 'aria-hidden': true } as const

/** Everything that can be gone to or done, by a few letters of its name. */
export function CommandPalette() {
  const { t } = useTranslation()
  const groups = [
    { group: t('palette.pages'), actions: usePages() },
    { group: t('palette.acts'), actions: useActs() },
  ] satisfies SpotlightActionGroupData[]
  return (
    <Spotlight
      actions={groups}
      shortcut={['mod + K']}
      lockScroll={false}
      scrollable
      maxHeight={420}
      nothingFound={t('palette.nothing')}
      searchProps={{
        leftSection: <IconSearch {...ICON} />,
        placeholder: t('palette.placeholder'),
        'aria-label': t('palette.placeholder'),
      }}
    />
  )
}

function usePages(): SpotlightActionData[] {
  const { t } = useTranslation()
  const user = useUser()
  const go = useNavigate()
  const places = [...placesOf(user).flatMap((group) => group.places), PROFILE]
  return places.map((place) => ({
    id: place.to,
    label: t(place.label),
    leftSection: <place.icon {...ICON} />,
    onClick: () => void go({ to: place.to }),
  }))
}

function useActs(): SpotlightActionData[] {
  const { t, i18n } = useTranslation()
  const user = useUser()
  const go = useNavigate()
  const { setColorScheme } = useMantineColorScheme()
  const add = <IconPlus {...ICON} />
  const acts: SpotlightActionData[] = [
    {
      id: 'new-key',
      label: t('keys.new'),
      leftSection: add,
      onClick: () => void go({ to: '/keys', search: { new: true } }),
    },
    {
      id: 'light',
      label: t('palette.light'),
      leftSection: <IconSun {...ICON} />,
      onClick: () => setColorScheme('light'),
    },
    {
      id: 'dark',
      label: t('palette.dark'),
      leftSection: <IconMoon {...ICON} />,
      onClick: () => setColorScheme('dark'),
    },
    {
      id: 'language',
      label: t('palette.otherLanguage'),
      leftSection: <IconLanguage {...ICON} />,
      onClick: () => void chooseLanguage(i18n.language === 'en' ? 'zh-CN' : 'en'),
    },
  ]
  if (isAdmin(user)) {
    const open = () => void go({ to: '/providers', search: { new: true } })
    acts.unshift({ id: 'new-provider', label: t('providers.new'), leftSection: add, onClick: open })
  }
  return acts
}
