import { Drawer } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { KeySecret } from '@/components/connect/KeySecret'
import { isAdmin, useUser } from '@/lib/session'
import { KeyForm } from './KeyForm'
import { useCreateKey } from './queries'
import { bodyOf, budgetsIn, NEW_KEY } from './values'

interface Props {
  isOpen: boolean
  onClose: () => void
}

/** The way to a new key: what it may do, then the key itself, once, with how to use it. */
export function NewKey({ isOpen, onClose }: Props) {
  const { t } = useTranslation()
  const user = useUser()
  const create = useCreateKey()
  const close = () => {
    onClose()
    create.reset()
  }
  return (
    <Drawer
      opened={isOpen}
      onClose={close}
      size="xl"
      title={create.isSuccess ? t('keys.made') : t('keys.new')}
      // The secret is shown only now: a slip of the hand must not lose it.
      closeOnClickOutside={!create.isSuccess}
      closeOnEscape={!create.isSuccess}
    >
      {create.isSuccess ? (
        <KeySecret secret={create.data} onDone={close} />
      ) : (
        <KeyForm
          initial={NEW_KEY}
          act={t('keys.create')}
          isBusy={create.isPending}
          error={create.error}
          onSubmit={(values) =>
            create.mutate({
              ...bodyOf(values, isAdmin(user) ? 'admin' : 'user'),
              budgets: budgetsIn(values, []),
            })
          }
        />
      )}
    </Drawer>
  )
}
