import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useCopy } from '@/lib/clipboard'
import classes from './Copy.module.css'

/** A small button that copies a text. */
export function CopyIcon({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation()
  const { isCopied, copy } = useCopy(text)
  const name = label ?? t('common.copy')
  return (
    <Tooltip label={isCopied ? t('common.copied') : name}>
      <ActionIcon
        variant="subtle"
        color={isCopied ? 'accent' : 'gray'}
        size="sm"
        onClick={copy}
        aria-label={name}
      >
        {isCopied ? <IconCheck size={15} /> : <IconCopy size={15} />}
      </ActionIcon>
    </Tooltip>
  )
}

/** A button that copies a text and says so. */
export function CopyAction({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation()
  const { isCopied, copy } = useCopy(text)
  const Sign = isCopied ? IconCheck : IconCopy
  return (
    <Button variant="light" onClick={copy} leftSection={<Sign size={16} aria-hidden />}>
      {isCopied ? t('common.copied') : label}
    </Button>
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
