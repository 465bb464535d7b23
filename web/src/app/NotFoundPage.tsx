import { IconMapOff } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { LinkButton } from '@/components/Links'
import { EmptyState } from '@/components/States'

/** What stands at an address that no page has. */
export function NotFoundPage() {
  const { t } = useTranslation()
  return (
    <EmptyState
      icon={IconMapOff}
      title={t('errors.noPage')}
      actions={<LinkButton to="/">{t('errors.home')}</LinkButton>}
    >
      {t('errors.noPageHint')}
    </EmptyState>
  )
}
