import { Alert, Button, Group, Stack, Title } from '@mantine/core'
import { IconShieldLock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { modelNames } from '@/lib/models'
import { Connect } from './Connect'
import { Secret } from './Secret'

interface Props {
  secret: string
  onDone: () => void
}

/** A key that was just made, and how to use it. */
export function KeySecret({ secret, onDone }: Props) {
  const { t } = useTranslation()
  const models = useQuery(modelNames).data ?? []
  return (
    <Stack gap="lg">
      <Alert icon={<IconShieldLock size={18} aria-hidden />} color="yellow" title={t('connect.once')}>
        {t('connect.onceHint')}
      </Alert>
      <Secret text={secret} />
      <Stack gap="sm">
        <Title order={2}>{t('connect.title')}</Title>
        <Connect secret={secret} models={models.filter((name) => !name.includes('*'))} />
      </Stack>
      <Group justify="flex-end">
        <Button onClick={onDone}>{t('connect.done')}</Button>
      </Group>
    </Stack>
  )
}
