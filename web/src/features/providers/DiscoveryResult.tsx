import { Alert, Badge, Button, Group, Loader, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useExplain } from '@/lib/errors'
import type { Discovery } from './queries'

const SHOWN_MODELS = 24

interface Props {
  isBusy: boolean
  error: Error | null
  found: Discovery | undefined
  onRetry: () => void
}

/** What came of asking a provider for its models, for each of its credentials. */
export function DiscoveryResult({ isBusy, error, found, onRetry }: Props) {
  const { t } = useTranslation()
  const explain = useExplain()
  if (isBusy) {
    return (
      <Group role="status">
        <Loader size="sm" />
        <Text size="sm">{t('providers.asking')}</Text>
      </Group>
    )
  }
  if (error) return <Failed text={explain(error)} onRetry={onRetry} />
  return (
    <Stack gap="sm">
      {found?.credentials.length === 0 && <Alert color="yellow">{t('providers.noCredential')}</Alert>}
      {found?.credentials.map((credential) =>
        credential.error == null ? (
          <Models key={credential.id} models={credential.models} name={credential.name} />
        ) : (
          <Failed key={credential.id} text={`${credential.name}: ${credential.error}`} onRetry={onRetry} />
        ),
      )}
    </Stack>
  )
}

function Models({ name, models }: { name: string; models: string[] }) {
  const { t } = useTranslation()
  const more = models.length - SHOWN_MODELS
  return (
    <Alert
      color="teal"
      icon={<IconCircleCheck size={18} aria-hidden />}
      title={t('providers.found', { count: models.length, name })}
    >
      <Group gap={4}>
        {models.slice(0, SHOWN_MODELS).map((model) => (
          <Badge key={model} color="gray" variant="default">
            {model}
          </Badge>
        ))}
        {more > 0 && <Text size="sm">{t('providers.foundMore', { count: more })}</Text>}
      </Group>
    </Alert>
  )
}

function Failed({ text, onRetry }: { text: string; onRetry: () => void }) {
  const { t } = useTranslation()
  return (
    <Alert
      color="red"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t('providers.notAsked')}
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text}</Text>
        <Button size="compact-sm" variant="default" onClick={onRetry}>
          {t('common.retry')}
        </Button>
      </Stack>
    </Alert>
  )
}
