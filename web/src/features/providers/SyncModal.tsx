import { Alert, Group, Loader, Modal, Progress, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '@/lib/api'
import { sentence, useExplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { DiscoveryResult } from './DiscoveryResult'
import type { useSync } from './queries'

interface Props {
  sync: ReturnType<typeof useSync>
  provider: number
  isOpen: boolean
  onClose: () => void
}

/** What making Sluice know what a provider knows comes to, step by step. */
export function SyncModal({ sync, provider, isOpen, onClose }: Props) {
  const { t } = useTranslation()
  const explain = useExplain()
  const retry = () => sync.mutate(provider)
  return (
    <Modal opened={isOpen} onClose={onClose} size="lg" title={t('providers.sync')}>
      {sync.isPending && <Pending since={sync.submittedAt} />}
      {sync.isError && (
        <Alert color="red" role="alert" title={t('errors.title')}>
          {explain(sync.error)}
        </Alert>
      )}
      {sync.data && (
        <Stack gap="sm">
          {sync.data.steps.map((step) => (
            <Step key={step.step} of={step} />
          ))}
          {sync.data.credentials.length > 0 && (
            <DiscoveryResult isBusy={false} error={null} found={sync.data} onRetry={retry} />
          )}
        </Stack>
      )}
    </Modal>
  )
}

const TICK_MS = 1_000

/** That it goes on, and for how long it has; what came of each step is told at its end. */
function Pending({ since }: { since: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  const [now, setNow] = useState(since)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <Stack gap="sm">
      <Group role="status">
        <Loader size="sm" />
        <Text size="sm">{t('providers.syncing')}</Text>
      </Group>
      <Progress value={100} animated aria-hidden />
      <Text size="xs" c="dimmed" className="numbers">
        {t('providers.syncingFor', { time: format.duration(Math.max(0, now - since)) })}
      </Text>
    </Stack>
  )
}

const STEPS = ['site', 'balance', 'offer', 'keys', 'prices', 'routes'] as const

function Step({ of: step }: { of: Schemas['StepView'] }) {
  const { t } = useTranslation()
  const known = STEPS.find((name) => name === step.step)
  const Sign = step.success ? IconCircleCheck : IconAlertTriangle
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <Sign
        size={18}
        aria-hidden
        color={`var(--mantine-color-${step.success ? 'teal' : 'red'}-light-color)`}
      />
      <div>
        <Text size="sm" fw={550}>
          {known ? t(`providers.steps.${known}`) : step.step}
        </Text>
        <Text size="xs" c={step.success ? 'dimmed' : 'red'}>
          {step.success
            ? t('providers.stepDone', { found: step.found, changed: step.changed })
            : sentence(step.message)}
        </Text>
      </div>
    </Group>
  )
}
