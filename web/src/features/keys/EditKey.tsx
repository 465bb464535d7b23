import { Skeleton } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ErrorState } from '@/components/States'
import { budgetsOf } from '@/lib/budgets'
import type { Key } from '@/lib/keys'
import { isAdmin, useUser } from '@/lib/session'
import { KeyForm } from './KeyForm'
import { useUpdateKey } from './queries'
import { bodyOf, budgetsIn, valuesOf } from './values'

/** Other limits for a key. */
export function EditKey({ of: key, onDone }: { of: Key; onDone: () => void }) {
  const { t } = useTranslation()
  const user = useUser()
  const update = useUpdateKey()
  const budgets = useQuery({ ...budgetsOf('key', key.id), staleTime: 0 })
  if (budgets.isError) return <ErrorState error={budgets.error} onRetry={() => void budgets.refetch()} />
  // The budgets that are sent replace those that are there: what they are has to be known first.
  if (!budgets.data) return <Skeleton height="24rem" />
  const present = budgets.data
  const saved = () => {
    onDone()
    notifications.show({ message: t('common.saved') })
  }
  return (
    <KeyForm
      initial={valuesOf(key, present)}
      act={t('common.save')}
      isBusy={update.isPending}
      error={update.error}
      onSubmit={(values) =>
        update.mutate(
          {
            ...bodyOf(values, isAdmin(user) ? 'admin' : 'user'),
            budgets: budgetsIn(values, present),
            id: key.id,
          },
          { onSuccess: saved },
        )
      }
    />
  )
}
