import { Alert, Code, Group, Loader, Paper, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { CopyIcon } from '@/components/Copy'
import { LinkAnchor } from '@/components/Links'
import { useFormat } from '@/lib/format'
import type { Answer } from './chat'
import classes from './Playground.module.css'
import { callRecord } from './queries'

/** What one model answered, how fast, where it came from and what it cost. */
export function AnswerCard({ of: answer }: { of: Answer }) {
  const { t } = useTranslation()
  return (
    <Paper className={classes.answer} aria-busy={answer.state === 'running'}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" fw={600} truncate>
          {answer.model}
        </Text>
        {answer.state === 'running' ? <Loader size={14} /> : <CopyIcon text={answer.text} />}
      </Group>
      {answer.reasoning !== '' && <div className={classes.reasoning}>{answer.reasoning}</div>}
      {answer.text !== '' && <div className={classes.text}>{answer.text}</div>}
      {answer.tools.map((tool, place) => (
        <Code key={place} block>
          {tool.name}({tool.input})
        </Code>
      ))}
      {answer.state === 'failed' && (
        <Alert color="red" role="alert">
          {answer.error === '' ? t('playground.broken') : answer.error}
        </Alert>
      )}
      {answer.state === 'stopped' && (
        <Text size="xs" c="dimmed">
          {t('playground.stopped')}
        </Text>
      )}
      {answer.state !== 'running' && <Outcome of={answer} />}
    </Paper>
  )
}

function Outcome({ of: answer }: { of: Answer }) {
  const { t } = useTranslation()
  const format = useFormat()
  const record = useQuery(callRecord(answer.call)).data
  const cost = record?.charged_micros ?? record?.cost_micros
  return (
    <div className={classes.facts}>
      {answer.firstMs !== null && (
        <span>{t('playground.first', { time: format.duration(answer.firstMs) })}</span>
      )}
      {answer.totalMs !== null && (
        <span>{t('playground.total', { time: format.duration(answer.totalMs) })}</span>
      )}
      {record && (
        <span>
          {t('playground.tokens', {
            input: format.number(record.prompt_tokens),
            output: format.number(record.completion_tokens),
          })}
        </span>
      )}
      {record && <span>{typeof cost === 'number' ? format.money(cost) : t('playground.unpriced')}</span>}
      {record?.provider_name != null && (
        <span>{t('playground.via', { provider: record.provider_name })}</span>
      )}
      {record && (
        <LinkAnchor to="/logs/$call" params={{ call: answer.call }} size="xs">
          {t('playground.why')}
        </LinkAnchor>
      )}
    </div>
  )
}
