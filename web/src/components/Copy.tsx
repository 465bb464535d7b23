import { ActionIcon, Button, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import classes from './Copy.module.css'

const SHOWN_MS = 1_600

/** A small button that copies a text. */
export function CopyIcon({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation()
  return (
    <CopyButton value={text} timeout={SHOWN_MS}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t('common.copied') : (label ?? t('common.copy'))}>
          <ActionIcon
            variant="subtle"
            color={copied ? 'accent' : 'gray'}
            size="sm"
            onClick={copy}
            aria-label={label ?? t('common.copy')}
          >
            {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}

/** A button that copies a text and says so. */
export function CopyAction({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation()
  return (
    <CopyButton value={text} timeout={SHOWN_MS}>
      {({ copied, copy }) => (
        <Button
          variant="light"
          onClick={copy}
          leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
        >
          {copied ? t('common.copied') : label}
        </Button>
      )}
    </CopyButton>
  )
}

interface CodeProps {
  text: string
  /** What the text is, for readers of the screen. */
  label: string
  /** Where it goes, such as a file's name. */
  caption?: string | undefined
}

/** A text to copy, as it is. */
export function CodeBlock({ text, label, caption }: CodeProps) {
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span className={classes.name}>{caption ?? label}</span>
        <CopyIcon text={text} />
      </figcaption>
      {/* Long lines are scrolled to, also with the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={classes.code} tabIndex={0} aria-label={label}>
        <code>{text}</code>
      </pre>
    </figure>
  )
}
