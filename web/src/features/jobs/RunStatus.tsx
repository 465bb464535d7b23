import { Badge } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const COLOURS = {
  running: 'accent',
  succeeded: 'teal',
  failed: 'red',
  timed_out: 'red',
  cancelled: 'gray',
  lost: 'orange',
} as const

const STATUSES = ['running', 'succeeded', 'failed', 'timed_out', 'cancelled', 'lost'] as const

/** How a run stands. */
export function RunStatus({ of: status }: { of: string }) {
  const { t } = useTranslation()
  const known = STATUSES.find((name) => name === status)
  return <Badge color={known ? COLOURS[known] : 'gray'}>{known ? t(`jobs.statuses.${known}`) : status}</Badge>
}
