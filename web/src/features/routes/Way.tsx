import { Button, Drawer, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Destination } from '@/components/Destination'
import { ErrorState } from '@/components/States'
import { wayOf } from './queries'

interface Props {
  /** The model asked for; `undefined` keeps it closed. */
  model: string | undefined
  onClose: () => void
}

/** Where a call would go if it came now, and why. */
export function Way({ model, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Drawer opened={model !== undefined} onClose={onClose} size="xl" title={t('routes.way')}>
      {model !== undefined && <Question model={model} />}
    </Drawer>
  )
}

function Question({ model }: { model: string }) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(model)
  const [asked, setAsked] = useState(model)
  const way = useQuery({ ...wayOf(asked), enabled: asked !== '' })
  return (
    <Stack>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          setAsked(typed)
          if (typed === asked) void way.refetch()
        }}
      >
        <Group align="flex-end" gap="xs">
          <TextInput
            flex={1}
            label={t('routes.model')}
            value={typed}
            data-autofocus
            onChange={(event) => setTyped(event.currentTarget.value.trim())}
          />
          <Button type="submit" loading={way.isFetching} disabled={typed === ''}>
            {t('routes.ask')}
          </Button>
        </Group>
      </form>
      <Text size="sm" c="dimmed">
        {t('routes.wayHint')}
      </Text>
      {way.isError && <ErrorState error={way.error} onRetry={() => void way.refetch()} />}
      {way.isLoading && <Skeleton height={160} />}
      {way.data && <Destination of={way.data} />}
    </Stack>
  )
}
