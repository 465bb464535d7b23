import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { LinkAnchor } from '@/components/Links'
import { Section } from '@/components/Section'
import { useFormat } from '@/lib/format'
import classes from './FirstMessage.module.css'
import { type Answer, useAsk } from './ask'

/** A first message to a model, as an application would send it. */
export function FirstMessage({ secret, models }: { secret: string; models: string[] }) {
  const { t } = useTranslation()
  const [model, setModel] = useState<string | null>(null)
  const [text, setText] = useState(t('welcome.hello'))
  const { answer, isBusy, ask } = useAsk(secret)
  const chosen = model ?? models[0] ?? null
  return (
    <Section title={t('welcome.first')} about={t('welcome.firstHint')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (chosen !== null) ask(chosen, text)
        }}
      >
        <Group gap="xs" align="flex-end">
          <Select
            label={t('connect.model')}
            data={models}
            value={chosen}
            onChange={setModel}
            searchable
            limit={50}
            allowDeselect={false}
            className={classes.model}
          />
          <TextInput
            label={t('welcome.message')}
            value={text}
            required
            onChange={(event) => setText(event.currentTarget.value)}
            className={classes.message}
          />
          <Button
            type="submit"
            loading={isBusy}
            disabled={chosen === null}
            leftSection={<IconSend size={16} aria-hidden />}
          >
            {t('welcome.send')}
          </Button>
        </Group>
      </form>
      {models.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('welcome.noModels')}
        </Text>
      )}
      {answer && <Answered by={answer} />}
    </Section>
  )
}

function Answered({ by: answer }: { by: Answer }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Stack gap={6} aria-live="polite">
      {answer.error !== undefined && (
        <Alert color="red" title={t('errors.title')}>
          {answer.error}
        </Alert>
      )}
      {answer.text !== '' && <div className={classes.answer}>{answer.text}</div>}
      <Group gap="md">
        {answer.durationMs !== undefined && (
          <Text size="xs" c="dimmed">
            {format.duration(answer.durationMs)}
          </Text>
        )}
        {answer.call !== undefined && answer.durationMs !== undefined && (
          <LinkAnchor to="/logs/$call" params={{ call: answer.call }} size="xs">
            {t('welcome.toCall')}
          </LinkAnchor>
        )}
      </Group>
    </Stack>
  )
}
