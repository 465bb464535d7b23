import { ActionIcon, Alert, Button, Group, Paper, Select, Stack, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconAdjustments, IconEraser, IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Page } from '@/components/Page'
import { modelNames } from '@/lib/models'
import { AnswerCard } from './AnswerCard'
import { Asking } from './Asking'
import type { Settings } from './chat'
import { Composer } from './Composer'
import { useConversation } from './conversation'
import { KeyField } from './KeyField'
import classes from './Playground.module.css'
import { COLUMNS_MAX } from './search'

const route = getRouteApi('/shell/playground')
const STORED = 'sluice-playground-key'
const FIRST: Settings = { system: '', temperature: '', maxTokens: '', isStreamed: true, tools: '' }

/** Talking to models through the gateway, side by side. */
export function PlaygroundPage() {
  const { t } = useTranslation()
  const names = (useQuery(modelNames).data ?? []).filter((name) => !name.includes('*'))
  const chosen = route.useSearch().models ?? names.filter(isChat).slice(0, 1)
  const [secret, setSecret] = useState(sessionStorage.getItem(STORED) ?? '')
  const [settings, setSettings] = useState(FIRST)
  const [isOpen, drawer] = useDisclosure(false)
  const talk = useConversation(chosen, settings, secret)
  const keep = (next: string) => {
    sessionStorage.setItem(STORED, next)
    setSecret(next)
  }
  const actions = (
    <>
      <Button
        variant="default"
        leftSection={<IconEraser size={16} aria-hidden />}
        disabled={talk.turns.length === 0 || talk.isBusy}
        onClick={talk.clear}
      >
        {t('playground.clear')}
      </Button>
      <Button variant="default" leftSection={<IconAdjustments size={16} aria-hidden />} onClick={drawer.open}>
        {t('playground.settings')}
      </Button>
    </>
  )
  return (
    <Page title={t('playground.title')} about={t('playground.about')} actions={actions}>
      <KeyField secret={secret} onChange={keep} />
      <Columns names={names} chosen={chosen} isLocked={talk.turns.length > 0} />
      {talk.turns.map((turn) => (
        <Stack key={turn.id} gap="sm">
          <Paper className={classes.said}>
            {turn.prompt.text}
            {turn.prompt.images.length > 0 && (
              <Group gap="xs" mt="xs">
                {turn.prompt.images.map((image) => (
                  <img key={image} src={image} alt="" className={classes.thumb} />
                ))}
              </Group>
            )}
          </Paper>
          <div className={classes.columns}>
            {turn.answers.map((answer, column) => (
              <AnswerCard key={column} of={answer} />
            ))}
          </div>
        </Stack>
      ))}
      {chosen.length === 0 && names.length === 0 && <Alert color="yellow">{t('playground.noModels')}</Alert>}
      <Composer
        isBusy={talk.isBusy}
        obstacle={obstacle()}
        onSay={(prompt) => void talk.say(prompt)}
        onStop={talk.stop}
      />
      <Asking
        isOpen={isOpen}
        onClose={drawer.close}
        settings={settings}
        onChange={setSettings}
        model={chosen[0] ?? ''}
        turns={talk.turns}
      />
    </Page>
  )

  function obstacle() {
    if (secret === '') return t('playground.keyFirst')
    return chosen.length === 0 ? t('playground.modelFirst') : null
  }
}

/** A guess by the name, only for what is chosen at first. */
function isChat(name: string): boolean {
  return !/embed|whisper|tts|image|dall|rerank|moderation/.test(name)
}

function Columns({ names, chosen, isLocked }: { names: string[]; chosen: string[]; isLocked: boolean }) {
  const { t } = useTranslation()
  const go = route.useNavigate()
  const set = (models: string[]) => void go({ search: { models }, replace: true })
  const data = [...new Set([...names, ...chosen])]
  const next = names.find((name) => isChat(name) && !chosen.includes(name))
  return (
    <Group gap="xs">
      {chosen.map((model, column) => (
        <Group key={column} gap={2} wrap="nowrap">
          <Select
            aria-label={t('playground.model', { number: column + 1 })}
            data={data}
            searchable
            allowDeselect={false}
            value={model}
            onChange={(value) => set(chosen.map((old, place) => (place === column ? (value ?? old) : old)))}
          />
          {chosen.length > 1 && (
            <ActionIcon
              variant="subtle"
              color="gray"
              disabled={isLocked}
              aria-label={t('playground.removeModel', { model })}
              onClick={() => set(chosen.filter((_, place) => place !== column))}
            >
              <IconX size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      <Tooltip label={t('playground.locked')} disabled={!isLocked}>
        <Button
          variant="subtle"
          leftSection={<IconPlus size={16} aria-hidden />}
          disabled={isLocked || next === undefined || chosen.length >= COLUMNS_MAX}
          onClick={() => next !== undefined && set([...chosen, next])}
        >
          {t('playground.compare')}
        </Button>
      </Tooltip>
    </Group>
  )
}
