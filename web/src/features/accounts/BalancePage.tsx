import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { OwnerBudgets } from '@/components/budgets/OwnerBudgets'
import { Page } from '@/components/Page'
import { ErrorState } from '@/components/States'
import { Waiting } from '@/components/Waiting'
import { useUser } from '@/lib/session'
import { Balances } from './AccountPage'
import { accountDetails } from './queries'
import { Statement } from './Statement'

/** One's own account: what is left, and what it went for. */
export function BalancePage() {
  const { t } = useTranslation()
  const user = useUser()
  const found = useQuery(accountDetails('self'))
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />
  if (!found.data) return <Waiting />
  return (
    <Page title={t('accounts.own')} about={t('accounts.ownHint')}>
      <Balances of={found.data} />
      <OwnerBudgets scope="user" id={user.id} name={user.username} />
      <Statement which="self" />
    </Page>
  )
}
