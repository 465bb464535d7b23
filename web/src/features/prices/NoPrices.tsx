import { type Icon, IconSearchOff } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '@/components/States'

interface Props {
  /** Letters that are searched for. */
  text: string | undefined
  icon: Icon
  title: string
  /** What stands there where nothing is searched for. */
  children: string
  actions?: ReactNode
}

/** What stands where no price is: that nothing matches the search, or why there is none. */
export function NoPrices({ text, icon, title, children, actions }: Props) {
  const { t } = useTranslation()
  if (text !== undefined) {
    return (
      <EmptyState icon={IconSearchOff} title={t('prices.nothing')}>
        {t('prices.nothingHint', { text })}
      </EmptyState>
    )
  }
  return (
    <EmptyState icon={icon} title={title} actions={actions}>
      {children}
    </EmptyState>
  )
}
