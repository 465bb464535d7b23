import { Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { readMoney, useFormat } from '@/lib/format'
import type { Provider } from './queries'

/** What is left on the account, as the vendor said last. */
export function Balance({ of: provider }: { of: Provider }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (provider.balance === '') {
    return (
      <Text span size="sm" c="dimmed">
        {t('providers.unknown')}
      </Text>
    )
  }
  const micros = readMoney(provider.balance)
  const shown = micros === null ? `$${provider.balance}` : format.money(micros)
  return (
    <Tooltip label={t('providers.balanceOf', { time: format.ago(provider.balance_updated) })}>
      <span>{shown}</span>
    </Tooltip>
  )
}
