import { Collapse, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronRight } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './MoreSettings.module.css'

interface Props {
  /** What it holds, where that is more than settings. */
  label?: string
  /** For forms in which something stands there already. */
  startsOpen?: boolean
  children: ReactNode
}

/** The part of a form that few people need; closed at first. */
export function MoreSettings({ label, startsOpen = false, children }: Props) {
  const { t } = useTranslation()
  const [isOpen, more] = useDisclosure(startsOpen)
  return (
    <div>
      <UnstyledButton
        onClick={more.toggle}
        aria-expanded={isOpen}
        className={classes.more}
        data-open={isOpen}
      >
        <IconChevronRight size={16} aria-hidden />
        {label ?? t('common.advanced')}
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        <div className={classes.content}>{children}</div>
      </Collapse>
    </div>
  )
}
