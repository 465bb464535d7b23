import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { FormError } from '@/components/FormError'
import { LinkAnchor } from '@/components/Links'
import { PASSWORD_MAX, PASSWORD_MIN } from '@/lib/password'
import { EntryFrame } from './EntryFrame'
import { useRegister } from './queries'

/** An account for oneself, where this installation allows it. */
export function RegisterPage() {
  const { t } = useTranslation()
  const go = useNavigate()
  const register = useRegister()
  const form = useForm({
    initialValues: { username: '', email: '', password: '' },
    validate: { password: (value) => (value.length < PASSWORD_MIN ? t('account.passwordShort') : null) },
  })
  const finish = () => {
    notifications.show({ message: t('account.registered') })
    void go({ to: '/login' })
  }
  return (
    <EntryFrame title={t('account.register')}>
      <form onSubmit={form.onSubmit((values) => register.mutate(values, { onSuccess: finish }))}>
        <Stack mt="lg">
          <FormError error={register.error} />
          <TextInput
            label={t('account.username')}
            autoComplete="username"
            required
            autoFocus
            {...form.getInputProps('username')}
          />
          <TextInput
            label={t('account.email')}
            type="email"
            autoComplete="email"
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label={t('account.password')}
            description={t('account.passwordHint')}
            autoComplete="new-password"
            required
            maxLength={PASSWORD_MAX}
            visibilityToggleButtonProps={{ 'aria-label': t('account.showPassword') }}
            {...form.getInputProps('password')}
          />
          <Button type="submit" loading={register.isPending} fullWidth>
            {t('account.register')}
          </Button>
          <Text size="sm" ta="center">
            <LinkAnchor to="/login">{t('account.toLogin')}</LinkAnchor>
          </Text>
        </Stack>
      </form>
    </EntryFrame>
  )
}
