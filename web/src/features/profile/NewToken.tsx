import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconShieldLock } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { CodeBlock, CopyAction } from '@/components/Copy'
import { ExpiryField } from '@/components/ExpiryField'
import { FormError } from '@/components/FormError'
import { isPast, readTime } from '@/lib/format'
import { useCreateToken } from './queries'

const NAME_MAX = 100

interface Props {
  isOpen: boolean
  onClose: () => void
}

/** The way to a new access token: what it is for, then the token itself, once. */
export function NewToken({ isOpen, onClose }: Props) {
  const { t } = useTranslation()
  const create = useCreateToken()
  const close = () => {
    onClose()
    create.reset()
  }
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      size="lg"
      title={create.isSuccess ? t('profile.tokenReady') : t('profile.newToken')}
      // The token is shown only now: a slip of the hand must not lose it.
      closeOnClickOutside={!create.isSuccess}
      closeOnEscape={!create.isSuccess}
    >
      {create.isSuccess ? (
        <Ready token={create.data.token} onDone={close} />
      ) : (
        <TokenForm
          isBusy={create.isPending}
          error={create.error}
          onSubmit={(name, end) => create.mutate({ name, expired_time: end ?? -1 })}
        />
      )}
    </Modal>
  )
}

interface FormProps {
  isBusy: boolean
  error: Error | null
  onSubmit: (name: string, end: number | null) => void
}

function TokenForm({ isBusy, error, onSubmit }: FormProps) {
  const { t } = useTranslation()
  const form = useForm({
    initialValues: { name: '', expires: '' },
    validate: {
      name: (name) => (name.trim() === '' ? t('profile.tokenNameMissing') : null),
      expires: (text) =>
        isPast(readTime(text) ?? Number.POSITIVE_INFINITY) ? t('profile.expiryPast') : null,
    },
  })
  const submit = form.onSubmit(({ name, expires }) => onSubmit(name.trim(), readTime(expires)))
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormError error={error} />
        <TextInput
          label={t('profile.tokenName')}
          description={t('profile.tokenNameHint')}
          withAsterisk
          maxLength={NAME_MAX}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <ExpiryField
          label={t('profile.tokenExpires')}
          description={t('profile.tokenExpiresHint')}
          {...form.getInputProps('expires')}
        />
        <Button type="submit" loading={isBusy}>
          {t('profile.makeToken')}
        </Button>
      </Stack>
    </form>
  )
}

function Ready({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useTranslation()
  const example = `curl -H 'authorization: Bearer ${token}' ${window.location.origin}/api/user/self`
  return (
    <Stack>
      <Alert icon={<IconShieldLock size={18} aria-hidden />} color="yellow" title={t('profile.tokenOnce')}>
        {t('profile.tokenOnceHint')}
      </Alert>
      <CodeBlock label={t('profile.token')} text={token} />
      <CodeBlock label={t('profile.tokenUse')} text={example} />
      <Group justify="flex-end">
        <CopyAction text={token} label={t('profile.copyToken')} />
        <Button onClick={onDone}>{t('connect.done')}</Button>
      </Group>
    </Stack>
  )
}
