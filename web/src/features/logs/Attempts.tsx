import { Badge, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/lib/format'
import classes from './Attempts.module.css'
import type { Call } from './queries'

const PERCENT = 100
const SEEN_AT_LEAST = 0.6

/** The tries of a call, one below the other, each as long as it took. */
export function Attempts({ of: call }: { of: Call }) {
  const { t } = useTranslation()
  const format = useFormat()
  const end = Math.max(
    1,
    call.response_time_ms,
    ...call.attempts.map((each) => each.started_ms + each.duration_ms),
  )
  return (
    <ol className={classes.list}>
      {call.attempts.map((attempt, index) => {
        const isGood = attempt.error == null
        const left = (attempt.started_ms / end) * PERCENT
        const width = Math.max(SEEN_AT_LEAST, (attempt.duration_ms / end) * PERCENT)
        return (
          <li key={`${attempt.started_ms}-${attempt.provider_token_id ?? index}`} className={classes.attempt}>
            <Group justify="space-between" gap="xs">
              <Text size="sm" fw={500}>
                {attempt.provider_name ?? t('logs.attempt', { number: index + 1 })}
                {attempt.model != null && attempt.model !== '' && (
                  <Text span c="dimmed" size="sm">
                    {' '}
                    · {attempt.model}
                  </Text>
                )}
              </Text>
              <Group gap="xs">
                {attempt.dialect != null && (
                  <Badge color="gray">{t('logs.converted', { dialect: attempt.dialect })}</Badge>
                )}
                <Badge color={isGood ? 'teal' : 'red'}>
                  {attempt.status > 0 ? attempt.status : t('logs.noAnswer')}
                </Badge>
                <Text size="sm" className="numbers">
                  {format.duration(attempt.duration_ms)}
                </Text>
              </Group>
            </Group>
            <div className={classes.track} aria-hidden>
              <div
                className={classes.bar}
                data-good={isGood}
                style={{
                  insetInlineStart: `${Math.min(left, PERCENT - SEEN_AT_LEAST)}%`,
                  width: `${width}%`,
                }}
              />
            </div>
            {attempt.error != null && (
              <Text size="xs" c="red">
                {attempt.error}
              </Text>
            )}
          </li>
        )
      })}
    </ol>
  )
}
