import { Badge } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { isPast } from '@/lib/format'
import type { Key } from '@/lib/keys'

/** Whether a key works, and why not. */
export function KeyStatus({ of: key }: { of: Key }) {
  const { t } = useTranslation()
  if (key.status !== 1) return <Badge color="gray">{t('common.disabled')}</Badge>
  const isOver = key.expired_time > 0 && isPast(key.expired_time)
  if (isOver) return <Badge color="orange">{t('keys.expired')}</Badge>
  return <Badge color="teal">{t('common.enabled')}</Badge>
}
