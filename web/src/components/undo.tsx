import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useComplain } from '@/lib/errors'

const REGRET_MS = 6_000

/** What is gone on the page already, and will be gone for good in a moment. */
const doomed = new Map<string, () => void>()
const listeners = new Set<() => void>()
let gone: ReadonlySet<string> = new Set()

function publish() {
  gone = new Set(doomed.keys())
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

// Somebody who closes the page did not undo.
window.addEventListener('pagehide', () => {
  for (const finish of doomed.values()) finish()
})

interface Deletion {
  /** The same name hides the row: kind and id. */
  id: string
  /** What it was, for people. */
  name: string
  /** Deletes it for good. */
  remove: () => Promise<unknown>
  /** What is to be read again afterwards. */
  queryKey: readonly unknown[]
}

/** Returns a way to delete something at once and still be able to take it back for a few seconds. */
export function useUndoableDelete(): (deletion: Deletion) => void {
  const { t } = useTranslation()
  const client = useQueryClient()
  const complain = useComplain()
  return useCallback(
    ({ id, name, remove, queryKey }) => {
      const finish = () => {
        if (!doomed.has(id)) return
        clearTimeout(timer)
        const shown = () => {
          doomed.delete(id)
          publish()
        }
        notifications.hide(id)
        void remove()
          .then(() => client.invalidateQueries({ queryKey }))
          .catch(complain)
          .finally(shown)
      }
      const undo = () => {
        clearTimeout(timer)
        doomed.delete(id)
        publish()
        notifications.hide(id)
      }
      const timer = setTimeout(finish, REGRET_MS)
      doomed.set(id, finish)
      publish()
      notifications.show({
        id,
        autoClose: false,
        withCloseButton: false,
        message: (
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm">{t('common.deleted', { name })}</Text>
            <Button size="compact-sm" variant="light" onClick={undo}>
              {t('common.undo')}
            </Button>
          </Group>
        ),
      })
    },
    [t, client, complain],
  )
}

/** Returns the names of what is deleted on the page and not yet for good. */
export function useDeleted(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => gone)
}
