import { Badge, Group, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Provider } from './queries'

/** Whether a provider is used, and whether it can be changed here. */
export function ProviderStatus({ of: provider }: { of: Provider }) {
  const { t } = useTranslation()
  const isOn = provider.status === 1
  return (
    <Group gap={4} wrap="nowrap">
      <Badge color={isOn ? 'teal' : 'gray'}>{isOn ? t('common.enabled') : t('common.disabled')}</Badge>
      {provider.origin === 'file' && (
        <Tooltip label={t('common.readOnly')}>
          <Badge color="gray">{t('providers.fromFile')}</Badge>
        </Tooltip>
      )}
    </Group>
  )
}
