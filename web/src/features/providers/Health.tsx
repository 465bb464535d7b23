import { Badge, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/lib/format'
import { TROUBLES } from '@/lib/obstacles'
import type { Provider } from './queries'

const COLOURS = { healthy: 'teal', unreachable: 'red', unknown: 'gray' } as const
const STATES = ['healthy', 'unreachable', 'unknown'] as const

/** Whether a provider could be reached last, and why not. */
export function Health({ of: provider }: { of: Provider }) {
  const { t, i18n } = useTranslation()
  const format = useFormat()
  const state = STATES.find((name) => name === provider.health_status) ?? 'unknown'
  const reason = i18n.language.startsWith('zh')
    ? provider.health_failure_reason_zh
    : provider.health_failure_reason
  const seen =
    provider.health_check_at > 0
      ? t('providers.healthSeen', { ago: format.ago(provider.health_check_at) })
      : t('providers.healthNever')
  const rest = TROUBLES.find((name) => name === provider.resting_because)
  if (rest) {
    const why = t('obstacles.resting', {
      subject: t('obstacles.subjects.provider'),
      trouble: t(`obstacles.troubles.${rest}`),
      ago: format.ago(provider.resting_until),
    })
    return (
      <Tooltip label={why}>
        <Badge color="orange">{t('providers.healths.resting')}</Badge>
      </Tooltip>
    )
  }
  return (
    <Tooltip label={reason === '' ? seen : `${seen} ${reason}`}>
      <Badge color={provider.health_blocked ? 'red' : COLOURS[state]}>
        {t(`providers.healths.${state}`)}
      </Badge>
    </Tooltip>
  )
}
