import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FormError } from '@/components/FormError'
import { LinkButton } from '@/components/Links'
import { PASSWORD_MAX, PASSWORD_MIN } from '@/lib/password'
import { status } from '@/lib/session'
import { EntryFrame } from './EntryFrame'
import { useSetup } from './queries'

/** The first page of a new installation: who runs it. */
export function SetupPage() {
  const { t } = useTranslation()
  const facts = useQuery(status)
  if (facts.data?.setup_needed === false) {
    return (
      <EntryFrame title={t('account.setupDone')} about={t('account.setupDoneHint')}>
        <LinkButton to="/login" fullWidth mt="lg">
          {t('account.signIn')}
        </LinkButton>
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={t('account.setup')} about={t('account.setupHint')}>
      <SetupForm />
    </EntryFrame>
  )
}

/** The token of the link; it stays out of the address from then on. */
function takeToken(): string {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token') ?? ''
  if (token !== '') window.history.replaceState(window.history.state, '', window.location.pathname)
  return token
}

function SetupForm() {
  const { t } = useTranslation()
  const [linked] = useState(takeToken)
  const go = useNavigate()
  const setup = useSetup()
  const form = useForm({
    initialValues: { token: linked, username: '', password: '', repeat: '' },
    validate: {
      password: (value) => (value.length < PASSWORD_MIN ? t('account.passwordShort') : null),
      repeat: (value, values) => (value === values.password ? null : t('account.passwordsDiffer')),
    },
  })
  const submit = form.onSubmit(({ token, username, password }) =>
    setup.mutate(
      { token: token.trim(), username, password },
      { onSuccess: () => void go({ to: '/welcome' }) },
    ),
  )
  const eye = { 'aria-label': t('account.showPassword') }
  const secret = {
    autoComplete: 'new-password',
    required: true,
    maxLength: PASSWORD_MAX,
    visibilityToggleButtonProps: eye,
  }
  return (
    <form onSubmit={submit}>
      <Stack mt="lg">
        <FormError error={setup.error} />
        {linked === '' && (
          <TextInput
            label={t('account.token')}
            description={t('account.tokenHint')}
            required
            {...form.getInputProps('token')}
          />
        )}
        <TextInput
          label={t('account.username')}
          autoComplete="username"
          required
          autoFocus
          {...form.getInputProps('username')}
        />
        <PasswordInput
          label={t('account.password')}
          description={t('account.passwordHint')}
          {...secret}
          {...form.getInputProps('password')}
        />
        <PasswordInput label={t('account.repeat')} {...secret} {...form.getInputProps('repeat')} />
        <Button type="submit" loading={setup.isPending} fullWidth>
          {t('account.create')}
        </Button>
      </Stack>
    </form>
  )
}
