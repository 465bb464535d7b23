import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core'
import { IconLogout, IconUserCog } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { LanguageChoice, ThemeChoice } from '@/components/Preferences'
import { api, unwrap } from '@/lib/api'
import { useComplain } from '@/lib/errors'
import { roleOf, session, useUser } from '@/lib/session'
import classes from './AccountMenu.module.css'

/** Who is signed in, the language, the colours, and the way out. */
export function AccountMenu() {
  const { t } = useTranslation()
  const user = useUser()
  const router = useRouter()
  const leave = useLeave()
  return (
    <Menu position="bottom-end" width={248} shadow="md" closeOnItemClick={false}>
      <Menu.Target>
        <UnstyledButton aria-label={t('account.menu')} className={classes.target}>
          <Avatar color="accent" size={32} radius="xl" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.who}>
          <Text fw={600} size="sm" truncate>
            {user.display_name}
          </Text>
          <Text c="dimmed" size="xs" truncate>
            {user.username} · {t(`account.${roleOf(user)}`)}
          </Text>
        </div>
        <Menu.Item
          leftSection={<IconUserCog size={16} aria-hidden />}
          onClick={() => void router.navigate({ to: '/profile' })}
          closeMenuOnClick
        >
          {t('nav.profile')}
        </Menu.Item>
        <Menu.Divider />
        <Preference label={t('account.language')}>
          <LanguageChoice />
        </Preference>
        <Preference label={t('account.theme')}>
          <ThemeChoice />
        </Preference>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          onClick={() => leave()}
          closeMenuOnClick
        >
          {t('account.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function useLeave() {
  const client = useQueryClient()
  const router = useRouter()
  const complain = useComplain()
  const leaving = useMutation({
    mutationFn: async () => unwrap(await api.POST('/api/user/logout')),
    onSuccess: async () => {
      client.clear()
      client.setQueryData(session.queryKey, null)
      await router.navigate({ to: '/login' })
    },
    onError: complain,
  })
  return leaving.mutate
}

function Preference({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.choice}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      {children}
    </div>
  )
}
