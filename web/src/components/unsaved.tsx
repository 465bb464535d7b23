import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

/** Asks before somebody leaves a page with changes that are not saved; returns the question to be shown. */
export function useUnsavedGuard(isDirty: boolean): ReactNode {
  const { t } = useTranslation()
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: isDirty,
    withResolver: true,
  })
  const isAsking = blocker.status === 'blocked'
  return (
    <Modal opened={isAsking} onClose={() => blocker.reset?.()} title={t('common.unsavedTitle')}>
      <Stack>
        <Text size="sm">{t('common.unsavedText')}</Text>
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={() => blocker.reset?.()}>
            {t('common.stay')}
          </Button>
          <Button color="red" onClick={() => blocker.proceed?.()}>
            {t('common.leave')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
