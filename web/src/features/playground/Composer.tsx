import {
  ActionIcon,
  Button,
  CloseButton,
  FileButton,
  Group,
  Paper,
  Text,
  Textarea,
  Tooltip,
} from '@mantine/core'
import { IconPhoto, IconPlayerStop, IconSend } from '@tabler/icons-react'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Prompt } from './chat'
import classes from './Playground.module.css'

interface Props {
  isBusy: boolean
  /** Why nothing can be said yet. */
  obstacle: string | null
  onSay: (prompt: Prompt) => void
  onStop: () => void
}

/** Where one writes what models are told. */
export function Composer({ isBusy, obstacle, onSay, onStop }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [images, setImages] = useState<string[]>([])
  const isReady = obstacle === null && !isBusy && text.trim() !== ''
  const say = () => {
    if (!isReady) return
    onSay({ text, images })
    setText('')
    setImages([])
  }
  const byKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    say()
  }
  const add = async (files: File[]) => {
    const read = await Promise.all(files.map(dataUrlOf))
    setImages([...images, ...read])
  }
  return (
    <Paper className={classes.composer}>
      {images.length > 0 && (
        <Group gap="xs" mb="xs">
          {images.map((image, place) => (
            <Group key={place} gap={2} wrap="nowrap" align="flex-start">
              <img src={image} alt="" className={classes.thumb} />
              <CloseButton
                size="sm"
                aria-label={t('playground.removeImage')}
                onClick={() => setImages(images.filter((_, at) => at !== place))}
              />
            </Group>
          ))}
        </Group>
      )}
      <Textarea
        aria-label={t('playground.message')}
        placeholder={t('playground.messageHint')}
        variant="unstyled"
        autosize
        minRows={2}
        maxRows={10}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={byKey}
      />
      <Group justify="space-between" wrap="nowrap">
        <Group gap="xs" wrap="nowrap">
          <FileButton accept="image/*" multiple onChange={(files) => void add(files)}>
            {(props) => (
              <Tooltip label={t('playground.addImage')}>
                <ActionIcon {...props} variant="subtle" color="gray" aria-label={t('playground.addImage')}>
                  <IconPhoto size={18} />
                </ActionIcon>
              </Tooltip>
            )}
          </FileButton>
          <Text size="xs" c="dimmed">
            {obstacle}
          </Text>
        </Group>
        {isBusy ? (
          <Button color="red" leftSection={<IconPlayerStop size={16} aria-hidden />} onClick={onStop}>
            {t('playground.stop')}
          </Button>
        ) : (
          <Button leftSection={<IconSend size={16} aria-hidden />} disabled={!isReady} onClick={say}>
            {t('playground.send')}
          </Button>
        )}
      </Group>
    </Paper>
  )
}

function dataUrlOf(file: File): Promise<string> {
  return new Promise((resolve) => {
    const reader = new FileReader()
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '')
    reader.onerror = () => resolve('')
    reader.readAsDataURL(file)
  })
}
