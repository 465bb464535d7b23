import { Avatar, Menu, SegmentedControl, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { IconLogout } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, unwrap } from '@/lib/api'
import { useComplain } from '@/lib/errors'
import { chooseLanguage, LANGUAGES } from '@/lib/i18n'
import { isAdmin, isRoot, session, type User, useUser } from '@/lib/session'
import classes from './AccountMenu.module.css'

const NAMES = { en: 'English', 'zh-CN': '简体中文' }

/** Who is signed in, the language, the colours, and the way out. */
export function AccountMenu() {
  const { t } = useTranslation()
  const user = useUser()
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
            {user.username} · {t(roleOf(user))}
          </Text>
        </div>
        <Menu.Divider />
        <LanguageChoice />
        <ThemeChoice />
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

function roleOf(user: User) {
  if (isRoot(user)) return 'account.root'
  return isAdmin(user) ? 'account.admin' : 'account.user'
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

function LanguageChoice() {
  const { t, i18n } = useTranslation()
  return (
    <div className={classes.choice}>
      <Text size="xs" c="dimmed">
        {t('account.language')}
      </Text>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t('account.language')}
        value={i18n.language}
        data={LANGUAGES.map((value) => ({ value, label: NAMES[value] }))}
        onChange={(value) => void chooseLanguage(value === 'zh-CN' ? 'zh-CN' : 'en')}
      />
    </div>
  )
}

function ThemeChoice() {
  const { t } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const data = [
    { value: 'light' as const, label: t('account.light') },
    { value: 'dark' as const, label: t('account.dark') },
    { value: 'auto' as const, label: t('account.auto') },
  ]
  return (
    <div className={classes.choice}>
      <Text size="xs" c="dimmed">
        {t('account.theme')}
      </Text>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t('account.theme')}
        value={colorScheme}
        data={data}
        onChange={setColorScheme}
      />
    </div>
  )
}
