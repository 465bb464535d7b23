import { Button, Select, Stack, Switch, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { FormError } from '@/components/FormError'
import { LimitFields } from '@/components/LimitFields'
import { MoreSettings } from '@/components/MoreSettings'
import { useUser } from '@/lib/session'
import { PASSWORD_MIN, PasswordField } from './PasswordField'
import { groupNames } from './queries'
import { ROLES } from './roles'
import type { UserValues } from './values'

interface Props {
  initial: UserValues
  /** Whether the user is new, and needs a password. */
  isNew?: boolean
  /** What the button says. */
  act: string
  isBusy: boolean
  error: Error | null
  onSubmit: (values: UserValues) => void
}

/** Who somebody is, and what they may do. */
export function UserForm({ initial, isNew = false, act, isBusy, error, onSubmit }: Props) {
  const { t } = useTranslation()
  const me = useUser()
  const groups = useQuery(groupNames).data ?? [initial.group]
  const form = useForm<UserValues>({
    initialValues: initial,
    validate: {
      username: (name) => (name.trim() === '' ? t('users.nameMissing') : null),
      password: (password) => (isNew && password.length < PASSWORD_MIN ? t('users.passwordShort') : null),
    },
  })
  const roles = ROLES.filter(({ number }) => number < me.role || number === initial.role).map(
    ({ number, name }) => ({ value: String(number), label: t(`users.roles.${name}`) }),
  )
  return (
    <form onSubmit={form.onSubmit(onSubmit)}>
      <Stack>
        <FormError error={error} />
        <TextInput
          label={t('users.username')}
          withAsterisk
          maxLength={64}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps('username')}
        />
        {isNew && <PasswordField {...form.getInputProps('password')} value={form.values.password} />}
        <TextInput
          label={t('users.displayName')}
          placeholder={form.values.username}
          maxLength={100}
          autoComplete="off"
          {...form.getInputProps('displayName')}
        />
        <TextInput
          type="email"
          label={t('users.email')}
          autoComplete="off"
          {...form.getInputProps('email')}
        />
        <Select
          label={t('users.role')}
          description={t(
            `users.roleHints.${ROLES.find(({ number }) => number === form.values.role)?.name ?? 'common'}`,
          )}
          data={roles}
          allowDeselect={false}
          disabled={roles.length < 2 || initial.role >= me.role}
          value={String(form.values.role)}
          onChange={(value) => form.setFieldValue('role', Number(value))}
        />
        <Select
          label={t('users.group')}
          description={t('users.groupHint')}
          data={[...new Set([...groups, form.values.group])]}
          searchable
          allowDeselect={false}
          {...form.getInputProps('group')}
        />
        <Switch
          label={t('users.billed')}
          description={t('users.billedHint')}
          {...form.getInputProps('billed', { type: 'checkbox' })}
        />
        <MoreSettings label={t('users.limits')} startsOpen={!isNew}>
          <LimitFields form={form} />
        </MoreSettings>
        <Button type="submit" loading={isBusy}>
          {act}
        </Button>
      </Stack>
    </form>
  )
}
