import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Page } from '@/components/Page'
import { ErrorState } from '@/components/States'
import { routingPolicy } from './queries'
import { Workbench } from './Workbench'

/** What is said about routing, as a text, with a call to try it on. */
export function RulesPage() {
  const { t } = useTranslation()
  const found = useQuery(routingPolicy)
  if (found.isError || !found.data) {
    return (
      <Page title={t('rules.title')} about={t('rules.about')}>
        {found.isError ? (
          <ErrorState error={found.error} onRetry={() => void found.refetch()} />
        ) : (
          <Skeleton height="28rem" />
        )}
      </Page>
    )
  }
  return <Workbench stored={found.data} />
}
