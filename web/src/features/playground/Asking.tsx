import { Drawer, NumberInput, SegmentedControl, Stack, Switch, Textarea } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CodeBlock } from '@/components/Copy'
import { status } from '@/lib/session'
import { areTools, requestOf, type Settings, type Turn } from './chat'
import { codeOf, LANGUAGES } from './code'
import classes from './Playground.module.css'

interface Props {
  isOpen: boolean
  onClose: () => void
  settings: Settings
  onChange: (settings: Settings) => void
  model: string
  turns: Turn[]
}

/** How models are asked, and the same as code. */
export function Asking({ isOpen, onClose, settings, onChange, model, turns }: Props) {
  const { t } = useTranslation()
  const change = (part: Partial<Settings>) => onChange({ ...settings, ...part })
  const isSound = areTools(settings.tools)
  return (
    <Drawer opened={isOpen} onClose={onClose} size="lg" title={t('playground.settings')}>
      <Stack>
        <Textarea
          label={t('playground.system')}
          autosize
          minRows={2}
          value={settings.system}
          onChange={(event) => change({ system: event.currentTarget.value })}
        />
        <NumberInput
          label={t('playground.temperature')}
          placeholder={t('playground.byModel')}
          min={0}
          max={2}
          step={0.1}
          value={settings.temperature}
          onChange={(value) => change({ temperature: typeof value === 'number' ? value : '' })}
        />
        <NumberInput
          label={t('playground.maxTokens')}
          placeholder={t('playground.byModel')}
          min={1}
          allowDecimal={false}
          value={settings.maxTokens}
          onChange={(value) => change({ maxTokens: typeof value === 'number' ? value : '' })}
        />
        <Switch
          label={t('playground.streamed')}
          checked={settings.isStreamed}
          onChange={(event) => change({ isStreamed: event.currentTarget.checked })}
        />
        <Textarea
          label={t('playground.tools')}
          description={t('playground.toolsHint')}
          error={isSound ? undefined : t('playground.toolsBad')}
          autosize
          minRows={3}
          maxRows={12}
          classNames={{ input: classes.mono ?? '' }}
          value={settings.tools}
          onChange={(event) => change({ tools: event.currentTarget.value })}
        />
        <AsCode settings={settings} model={model} turns={turns} />
      </Stack>
    </Drawer>
  )
}

/** What was said last, else a greeting, as a program would say it. */
function AsCode({ settings, model, turns }: Pick<Props, 'settings' | 'model' | 'turns'>) {
  const { t } = useTranslation()
  const [language, setLanguage] = useState<(typeof LANGUAGES)[number]>('curl')
  const address = useQuery(status).data?.server_address ?? ''
  const base = (address === '' ? window.location.origin : address).replace(/\/+$/, '')
  const last = turns.at(-1)
  const prompt = last?.prompt ?? { text: t('playground.hello'), images: [] }
  const request = requestOf(model, settings, turns.slice(0, -1), 0, prompt)
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label={t('playground.asCode')}
        value={language}
        data={[
          { value: 'curl' as const, label: 'curl' },
          { value: 'python' as const, label: 'Python' },
          { value: 'javascript' as const, label: 'JavaScript' },
        ]}
        onChange={setLanguage}
      />
      <CodeBlock label={t('playground.asCode')} text={codeOf(language, base, request)} />
    </Stack>
  )
}
