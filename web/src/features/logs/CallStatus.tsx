import { Badge, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Call } from './queries'
import { OUTCOMES } from './search'

const COLOURS = { complete: 'teal', abandoned: 'yellow', broken: 'red', refused: 'red' }

/** How a call ended. */
export function CallStatus({ of: call }: { of: Call }) {
  const { t } = useTranslation()
  const outcome = OUTCOMES.find((name) => name === call.outcome) ?? 'broken'
  const code = call.status_code > 0 ? ` ${call.status_code}` : ''
  return (
    <Tooltip label={call.error_message} disabled={call.error_message === ''}>
      <Badge color={call.error_message === '' ? COLOURS[outcome] : 'red'}>
        {t(`logs.outcomes.${outcome}`)}
        {code}
      </Badge>
    </Tooltip>
  )
}
