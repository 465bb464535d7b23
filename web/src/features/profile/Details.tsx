import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useTranslation } from 'react-i18next'
import { Facts } from '@/components/Facts'
import { FormError } from '@/components/FormError'
import { Section } from '@/components/Section'
import { roleOf, type User, useUser } from '@/lib/session'
import { useUpdateSelf } from './queries'

/** Who one is here. */
export function Details() {
  const { t } = useTranslation()
  const user = useUser()
  return (
    <Section title={t('profile.details')}>
      <Facts
        facts={[
          { label: t('profile.username'), value: user.username },
          { label: t('profile.role'), value: t(`account.${roleOf(user)}`) },
          { label: t('profile.group'), value: user.group },
        ]}
      />
      <DetailsForm of={user} />
    </Section>
  )
}

function DetailsForm({ of: user }: { of: User }) {
  const { t } = useTranslation()
  const update = useUpdateSelf()
  const form = useForm({ initialValues: { displayName: user.display_name, email: user.email } })
  const saved = () => {
    form.resetDirty()
    notifications.show({ message: t('common.saved') })
  }
  const submit = form.onSubmit(({ displayName, email }) =>
    update.mutate({ display_name: displayName, email }, { onSuccess: saved }),
  )
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormError error={update.error} />
        <TextInput
          label={t('profile.displayName')}
          autoComplete="name"
          required
          maxLength={100}
          {...form.getInputProps('displayName')}
        />
        <TextInput
          label={t('profile.email')}
          description={t('profile.emailHint')}
          type="email"
          autoComplete="email"
          {...form.getInputProps('email')}
        />
        <Group>
          <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
            {t('common.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
