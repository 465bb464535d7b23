import { Button, Group, Paper, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '@/lib/api'
import { sentence, useComplain } from '@/lib/errors'
import classes from './bulk.module.css'
import { useConfirm } from './confirm'

/** What can be done to many things at once. */
export type BulkAction = Schemas['BulkInput']['action']

/** Rows that are chosen. */
export interface Selection {
  ids: ReadonlySet<number>
  onChange: (ids: ReadonlySet<number>) => void
}

/** Returns which of the rows that are there are chosen. */
export function useSelection(there: number[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  return { ids: new Set(there.filter((id) => chosen.has(id))), onChange: setChosen }
}

interface Props {
  selection: Selection
  /** Does something to things, by their ids. */
  act: (input: Schemas['BulkInput']) => Promise<Schemas['BulkView']>
}

/** What can be done to the rows that are chosen; nothing where none is. */
export function BulkBar({ selection, act }: Props) {
  const { t } = useTranslation()
  const confirm = useConfirm()
  const run = useRun(selection, act)
  const count = selection.ids.size
  if (count === 0) return null
  const remove = () =>
    confirm({
      title: t('bulk.deleteTitle', { count }),
      text: t('bulk.deleteText'),
      act: t('common.delete'),
      isDangerous: true,
      onAct: () => run('delete'),
    })
  return (
    <Paper className={classes.bar} role="region" aria-label={t('bulk.selected', { count })}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={550}>
          {t('bulk.selected', { count })}
        </Text>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => run('enable')}>
            {t('common.enable')}
          </Button>
          <Button size="xs" variant="default" onClick={() => run('disable')}>
            {t('common.disable')}
          </Button>
          <Button size="xs" variant="default" c="red" onClick={remove}>
            {t('common.delete')}
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={() => selection.onChange(new Set())}>
            {t('common.cancel')}
          </Button>
        </Group>
      </Group>
    </Paper>
  )
}

function useRun({ ids, onChange }: Selection, act: Props['act']) {
  const { t } = useTranslation()
  const complain = useComplain()
  const report = ({ done, failed, items }: Schemas['BulkView']) => {
    const first = items.find((item) => !item.success)
    notifications.show({
      ...(failed > 0 && { color: 'yellow', autoClose: 8_000 }),
      title: failed > 0 ? t('bulk.partly', { done, failed }) : undefined,
      message: first ? sentence(first.message) : t('bulk.done', { count: done }),
    })
    onChange(new Set(items.filter((item) => !item.success).map(({ id }) => id)))
  }
  return (action: BulkAction) => {
    act({ action, ids: [...ids] }).then(report, complain)
  }
}
