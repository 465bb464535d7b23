import { Button, Modal, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useTranslation } from 'react-i18next'
import { FormError } from '@/components/FormError'
import type { User } from '@/lib/session'
import { PASSWORD_MIN, PasswordField } from './PasswordField'
import { useUsers } from './queries'

interface Props {
  of: User
  isOpen: boolean
  onClose: () => void
}

/** Another password for a user. */
export function NewPassword({ of: user, isOpen, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Modal opened={isOpen} onClose={onClose} title={t('users.newPasswordOf', { name: user.username })}>
      <Form of={user} onDone={onClose} />
    </Modal>
  )
}

function Form({ of: user, onDone }: { of: User; onDone: () => void }) {
  const { t } = useTranslation()
  const { update } = useUsers()
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (text) => (text.length < PASSWORD_MIN ? t('users.passwordShort') : null) },
  })
  const saved = () => {
    notifications.show({ message: t('users.passwordSaved', { name: user.username }) })
    onDone()
  }
  return (
    <form
      onSubmit={form.onSubmit(({ password }) =>
        update.mutate({ id: user.id, password }, { onSuccess: saved }),
      )}
    >
      <Stack>
        <FormError error={update.error} />
        <Text size="sm" c="dimmed">
          {t('users.newPasswordHint')}
        </Text>
        <PasswordField {...form.getInputProps('password')} value={form.values.password} data-autofocus />
        <Button type="submit" loading={update.isPending}>
          {t('users.setPassword')}
        </Button>
      </Stack>
    </form>
  )
}
