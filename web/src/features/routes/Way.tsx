import { Alert, Button, Drawer, Group, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Destination } from '@/components/Destination'
import { useExplain } from '@/lib/errors'
import { usePreview } from './queries'

interface Props {
  /** The model asked for; `undefined` keeps it closed. */
  model: string | undefined
  onClose: () => void
}

/** Where a call would go if it came now, and why. */
export function Way({ model, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Drawer
      opened={model !== undefined}
      onClose={onClose}
      size="xl"
      title={t('routes.way')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {model !== undefined && <Question model={model} />}
    </Drawer>
  )
}

function Question({ model }: { model: string }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const preview = usePreview()
  const [name, setName] = useState(model)
  return (
    <Stack>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          preview.mutate({ model: name })
        }}
      >
        <Group align="flex-end" gap="xs">
          <TextInput
            flex={1}
            label={t('routes.model')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value.trim())}
          />
          <Button type="submit" loading={preview.isPending} disabled={name === ''}>
            {t('routes.ask')}
          </Button>
        </Group>
      </form>
      <Text size="sm" c="dimmed">
        {t('routes.wayHint')}
      </Text>
      {preview.isError && (
        <Alert color="red" role="alert">
          {explain(preview.error)}
        </Alert>
      )}
      {preview.data && <Destination of={preview.data} />}
    </Stack>
  )
}
