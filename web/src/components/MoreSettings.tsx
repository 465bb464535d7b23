import { Collapse, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronRight } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './MoreSettings.module.css'

/** The part of a form that few people need; closed at first. */
export function MoreSettings({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const [isOpen, more] = useDisclosure(false)
  return (
    <div>
      <UnstyledButton
        onClick={more.toggle}
        aria-expanded={isOpen}
        className={classes.more}
        data-open={isOpen}
      >
        <IconChevronRight size={16} aria-hidden />
        {t('common.advanced')}
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        <div className={classes.content}>{children}</div>
      </Collapse>
    </div>
  )
}
