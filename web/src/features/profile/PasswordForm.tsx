import { Button, Group, PasswordInput, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useTranslation } from 'react-i18next'
import { FormError } from '@/components/FormError'
import { Section } from '@/components/Section'
import { PASSWORD_MAX, PASSWORD_MIN } from '@/lib/password'
import { useUser } from '@/lib/session'
import { useUpdateSelf } from './queries'

/** A new password in the place of the present one. */
export function PasswordForm() {
  const { t } = useTranslation()
  const user = useUser()
  const update = useUpdateSelf()
  const form = useForm({
    initialValues: { present: '', next: '', repeat: '' },
    validate: {
      next: (value) => (value.length < PASSWORD_MIN ? t('account.passwordShort') : null),
      repeat: (value, values) => (value === values.next ? null : t('account.passwordsDiffer')),
    },
  })
  const changed = () => {
    form.reset()
    notifications.show({ message: t('profile.changed') })
  }
  const submit = form.onSubmit(({ present, next }) =>
    update.mutate({ original_password: present, password: next }, { onSuccess: changed }),
  )
  const secret = {
    required: true,
    maxLength: PASSWORD_MAX,
    visibilityToggleButtonProps: { 'aria-label': t('account.showPassword') },
  }
  return (
    <Section title={t('profile.password')} about={t('profile.passwordAbout')}>
      <form onSubmit={submit}>
        <Stack>
          <FormError error={update.error} />
          {/* Lets programs that keep passwords know whose it is. */}
          <input type="text" autoComplete="username" value={user.username} readOnly hidden />
          <PasswordInput
            label={t('profile.present')}
            autoComplete="current-password"
            {...secret}
            {...form.getInputProps('present')}
          />
          <PasswordInput
            label={t('profile.new')}
            description={t('account.passwordHint')}
            autoComplete="new-password"
            {...secret}
            {...form.getInputProps('next')}
          />
          <PasswordInput
            label={t('profile.repeat')}
            autoComplete="new-password"
            {...secret}
            {...form.getInputProps('repeat')}
          />
          <Group>
            <Button type="submit" loading={update.isPending}>
              {t('profile.change')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
