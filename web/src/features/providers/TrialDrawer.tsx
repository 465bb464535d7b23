import { Alert, Button, Drawer, Loader, Paper, Select, Stack, Text, Textarea } from '@mantine/core'
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Facts } from '@/components/Facts'
import { ApiError, type Schemas } from '@/lib/api'
import { sentence, useExplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { credentialList, providerRoutes } from './queries'
import classes from './Trial.module.css'
import { type Outcome, tryProvider } from './trial'

interface Props {
  provider: Schemas['ProviderView']
  isOpen: boolean
  onClose: () => void
}

/** A real small call to a provider, and its answer as it comes. */
export function TrialDrawer({ provider, isOpen, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      size="lg"
      title={t('providers.trial.title', { name: provider.name })}
    >
      {isOpen && <TrialForm provider={provider.id} />}
    </Drawer>
  )
}

function TrialForm({ provider }: { provider: number }) {
  const { t } = useTranslation()
  const routes = useQuery(providerRoutes(provider)).data ?? []
  const credentials = useQuery(credentialList(provider)).data ?? []
  const [model, setModel] = useState<string | null>(null)
  const [credential, setCredential] = useState<string | null>(null)
  const [message, setMessage] = useState('')
  const trial = useTrial(provider)
  const models = [...new Set(routes.map((route) => route.model_name))].filter((name) => !name.includes('*'))
  const run = () =>
    trial.run({
      ...(model !== null && { model }),
      ...(credential !== null && { provider_token_id: Number(credential) }),
      ...(message.trim() !== '' && { message: message.trim() }),
    })
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('providers.trial.about')}
      </Text>
      <Select
        label={t('providers.routes.model')}
        placeholder={models[0]}
        data={models}
        searchable
        clearable
        limit={50}
        value={model}
        onChange={setModel}
      />
      {credentials.length > 1 && (
        <Select
          label={t('providers.routes.credential')}
          placeholder={t('providers.trial.firstCredential')}
          data={credentials.map(({ id, name }) => ({ value: String(id), label: name }))}
          clearable
          value={credential}
          onChange={setCredential}
        />
      )}
      <Textarea
        label={t('providers.trial.message')}
        placeholder="hi"
        autosize
        maxLength={2_000}
        value={message}
        onChange={(event) => setMessage(event.currentTarget.value)}
      />
      {trial.isBusy ? (
        <Button variant="default" leftSection={<IconPlayerStop size={16} aria-hidden />} onClick={trial.stop}>
          {t('providers.trial.stop')}
        </Button>
      ) : (
        <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={run}>
          {t('providers.trial.run')}
        </Button>
      )}
      {trial.error && (
        <Alert color="red" role="alert">
          {trial.error}
        </Alert>
      )}
      {trial.outcome && <Result of={trial.outcome} />}
    </Stack>
  )
}

function useTrial(provider: number) {
  const explain = useExplain()
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const stopper = useRef<AbortController>(null)
  useEffect(() => () => stopper.current?.abort(), [])
  const run = (input: Partial<Schemas['TrialInput']>) => {
    const control = new AbortController()
    stopper.current = control
    setBusy(true)
    setError(null)
    setOutcome(null)
    tryProvider({ provider, input, signal: control.signal, onChange: setOutcome })
      .catch((reason: unknown) => {
        if (control.signal.aborted) setOutcome(null)
        else setError(explain(reason instanceof Error ? reason : new ApiError('offline', 0, '')))
      })
      .finally(() => setBusy(false))
  }
  return {
    outcome: error === null ? outcome : null,
    error,
    isBusy,
    run,
    stop: () => stopper.current?.abort(),
  }
}

function Result({ of: outcome }: { of: Outcome }) {
  const { t } = useTranslation()
  const format = useFormat()
  const time = (millis: number | null) => (millis === null ? '—' : format.duration(millis))
  return (
    <Stack gap="sm" aria-live="polite">
      {outcome.state === 'failed' && (
        <Alert color="red" title={t('providers.trial.failed')} role="alert">
          {sentence(outcome.message)}
        </Alert>
      )}
      <Paper p="sm" className={classes.answer}>
        {outcome.text}
        {outcome.state === 'running' && outcome.text === '' && <Loader size="xs" type="dots" />}
      </Paper>
      <Facts
        facts={[
          { label: t('providers.trial.model'), value: outcome.model === '' ? '—' : outcome.model },
          { label: t('providers.trial.status'), value: outcome.status ?? '—' },
          { label: t('providers.trial.head'), value: time(outcome.headMs) },
          { label: t('providers.trial.first'), value: time(outcome.firstMs) },
          { label: t('providers.trial.total'), value: time(outcome.totalMs) },
        ]}
      />
    </Stack>
  )
}
