import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import {
  IconArrowBarToDown,
  IconArrowBarToUp,
  IconArrowDown,
  IconArrowUp,
  IconGripVertical,
} from '@tabler/icons-react'
import type { KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Grip.module.css'
import type { Route } from './queries'
import type { Step } from './tiers'

const STEPS = [
  { step: 'first', icon: IconArrowBarToUp },
  { step: 'earlier', icon: IconArrowUp },
  { step: 'later', icon: IconArrowDown },
  { step: 'last', icon: IconArrowBarToDown },
] as const

interface Props {
  of: Route
  canGo: (step: Step) => boolean
  onStep: (step: Step) => void
  onDrag: (isDragged: boolean) => void
}

/** Where a route is taken by to move it: dragged, by the keys ↑ and ↓, or by a menu, which is for fingers too. */
export function Grip({ of: row, canGo, onStep, onDrag }: Props) {
  const { t } = useTranslation()
  const isFile = row.origin === 'file'
  const byKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowUp' ? 'earlier' : event.key === 'ArrowDown' ? 'later' : null
    if (step === null || event.currentTarget.getAttribute('aria-expanded') === 'true') return
    event.preventDefault()
    event.stopPropagation()
    if (canGo(step)) onStep(step)
  }
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <Tooltip label={isFile ? t('common.readOnly') : t('routes.moveHint')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            className={classes.grip}
            disabled={isFile}
            draggable={!isFile}
            aria-label={t('routes.moveOf', { provider: row.provider_name })}
            onKeyDownCapture={byKey}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move'
              event.dataTransfer.setData('text/plain', row.provider_name)
              onDrag(true)
            }}
            onDragEnd={() => onDrag(false)}
          >
            <IconGripVertical size={16} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {STEPS.map(({ step, icon: Sign }) => (
          <Menu.Item
            key={step}
            disabled={!canGo(step)}
            leftSection={<Sign size={16} aria-hidden />}
            onClick={() => onStep(step)}
          >
            {t(`routes.steps.${step}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
