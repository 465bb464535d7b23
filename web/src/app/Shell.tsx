import { ActionIcon, Burger, Kbd, UnstyledButton } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { openSpotlight } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Brand } from '@/components/Brand'
import { focusPageSearch } from '@/components/SearchInput'
import { Navigation } from './Navigation'
import classes from './Shell.module.css'

// Nobody needs them before the page is there.
const AccountMenu = lazy(async () => ({ default: (await import('./AccountMenu')).AccountMenu }))
const CommandPalette = lazy(async () => ({ default: (await import('./CommandPalette')).CommandPalette }))
const MenuDrawer = lazy(async () => ({ default: (await import('./MenuDrawer')).MenuDrawer }))

/** The frame of all pages: navigation, search, account. */
export function Shell() {
  const { t } = useTranslation()
  const [isOpen, menu] = useDisclosure(false)
  useHotkeys([['/', focusPageSearch]])
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        {t('nav.skip')}
      </a>
      <aside className={classes.side}>
        <div className={classes.brand}>
          <Brand />
        </div>
        <Navigation />
      </aside>
      <header className={classes.top}>
        <Burger hiddenFrom="md" opened={isOpen} onClick={menu.toggle} size="sm" aria-label={t('nav.menu')} />
        <div className={classes.topBrand}>
          <Brand />
        </div>
        <Palette />
        <Suspense fallback={<span className={classes.account} />}>
          <AccountMenu />
        </Suspense>
      </header>
      <main id="content" className={classes.content} tabIndex={-1}>
        <Outlet />
      </main>
      <Suspense>
        <MenuDrawer isOpen={isOpen} onClose={menu.close} />
        <CommandPalette />
      </Suspense>
    </div>
  )
}

function Palette() {
  const { t } = useTranslation()
  const key = /Mac|iP/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K'
  return (
    <>
      <UnstyledButton className={classes.palette} onClick={openSpotlight}>
        <IconSearch size={16} aria-hidden />
        <span>{t('palette.open')}</span>
        <Kbd size="xs">{key}</Kbd>
      </UnstyledButton>
      <ActionIcon
        className={classes.paletteSmall}
        variant="subtle"
        color="gray"
        size="lg"
        onClick={openSpotlight}
        aria-label={t('palette.open')}
      >
        <IconSearch size={18} />
      </ActionIcon>
    </>
  )
}
