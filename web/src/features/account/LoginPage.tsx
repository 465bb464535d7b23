import { Alert, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { FormError } from '@/components/FormError'
import { LinkAnchor } from '@/components/Links'
import { status } from '@/lib/session'
import { EntryFrame } from './EntryFrame'
import { useLogin } from './queries'

const route = getRouteApi('/login')

/** The sign-in. */
export function LoginPage() {
  const { t } = useTranslation()
  const { next, ended } = route.useSearch()
  const router = useRouter()
  const login = useLogin()
  const facts = useQuery(status).data
  const form = useForm({ mode: 'uncontrolled', initialValues: { username: '', password: '' } })
  const enter = form.onSubmit((values) =>
    login.mutate(values, { onSuccess: () => router.history.push(ownPath(next)) }),
  )
  return (
    <EntryFrame title={t('account.signIn')} about={facts?.system_name}>
      <form onSubmit={enter}>
        <Stack mt="lg">
          {ended === true && !login.isError && <Alert color="yellow">{t('account.ended')}</Alert>}
          <FormError error={login.error} />
          <TextInput
            label={t('account.username')}
            autoComplete="username"
            required
            autoFocus
            key={form.key('username')}
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label={t('account.password')}
            autoComplete="current-password"
            required
            visibilityToggleButtonProps={{ 'aria-label': t('account.showPassword') }}
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button type="submit" loading={login.isPending} fullWidth>
            {t('account.signIn')}
          </Button>
          {facts?.register_enabled === true && (
            <Text size="sm" ta="center">
              <LinkAnchor to="/register">{t('account.toRegister')}</LinkAnchor>
            </Text>
          )}
          {facts?.setup_needed === true && (
            <Text size="sm" ta="center">
              <LinkAnchor to="/setup">{t('account.toSetup')}</LinkAnchor>
            </Text>
          )}
        </Stack>
      </form>
    </EntryFrame>
  )
}

/** Returns where to go on, unless that is another site. */
function ownPath(next: string | undefined): string {
  const isOwn = next !== undefined && next.startsWith('/') && !next.startsWith('//') && !next.includes('\\')
  return isOwn ? next : '/'
}
