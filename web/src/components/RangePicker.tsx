import { Alert, Button, Group, Popover, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCalendar } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { browserZone, nowSecs, readTime, startOf, timeInput, useFormat } from '@/lib/format'
import classes from './RangePicker.module.css'

/** A time with two ends, Unix seconds; without one of them it is open there. */
export interface Span {
  from?: number | undefined
  to?: number | undefined
}

interface Props {
  /** What the time is for, for readers of the screen. */
  label: string
  value: Span
  onChange: (span: Span) => void
  className?: string | undefined
}

/** Any time, from one moment to another, by the clock of the browser. */
export function RangePicker({ label, value, onChange, className }: Props) {
  const { t } = useTranslation()
  const [isOpen, popover] = useDisclosure(false)
  const text = useSpanText(value)
  const choose = (span: Span) => {
    popover.close()
    onChange(span)
  }
  return (
    <Popover opened={isOpen} onChange={popover.set} position="bottom-end" width={320} trapFocus shadow="md">
      <Popover.Target>
        <Button
          variant={text === null ? 'default' : 'light'}
          maw="100%"
          className={className ?? ''}
          leftSection={<IconCalendar size={16} aria-hidden />}
          aria-label={`${label}: ${text ?? t('range.custom')}`}
          onClick={popover.toggle}
        >
          {text ?? t('range.custom')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>{isOpen && <Fields value={value} onChange={choose} />}</Popover.Dropdown>
    </Popover>
  )
}

function useSpanText({ from, to }: Span): string | null {
  const { t } = useTranslation()
  const format = useFormat()
  if (from !== undefined && to !== undefined) return format.span(from, to)
  if (from !== undefined) return t('range.since', { time: format.dateTime(from) })
  return to === undefined ? null : t('range.until', { time: format.dateTime(to) })
}

function Fields({ value, onChange }: Pick<Props, 'value' | 'onChange'>) {
  const { t } = useTranslation()
  const [from, setFrom] = useState(value.from === undefined ? '' : timeInput(value.from))
  const [to, setTo] = useState(value.to === undefined ? '' : timeInput(value.to))
  const span = { from: readTime(from) ?? undefined, to: readTime(to) ?? undefined }
  const isBackwards = span.from !== undefined && span.to !== undefined && span.from >= span.to
  const isEmpty = span.from === undefined && span.to === undefined
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBackwards) onChange(span)
      }}
    >
      <Stack gap="xs">
        <Shortcuts onChange={onChange} />
        <TextInput
          type="datetime-local"
          label={t('range.from')}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label={t('range.to')}
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        {isBackwards && <Alert color="red">{t('range.backwards')}</Alert>}
        <Text size="xs" c="dimmed">
          {t('range.zone', { zone: browserZone() })}
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" size="xs" onClick={() => onChange({})}>
            {t('range.clear')}
          </Button>
          <Button type="submit" size="xs" disabled={isBackwards || isEmpty}>
            {t('range.apply')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** Times that are asked for often and are no count of hours. */
function Shortcuts({ onChange }: Pick<Props, 'onChange'>) {
  const { t } = useTranslation()
  const spans = {
    today: () => ({ from: startOf('day', 0), to: nowSecs() }),
    yesterday: () => ({ from: startOf('day', 1), to: startOf('day', 0) }),
    month: () => ({ from: startOf('month', 0), to: nowSecs() }),
    lastMonth: () => ({ from: startOf('month', 1), to: startOf('month', 0) }),
  }
  return (
    <div className={classes.shortcuts}>
      {(['today', 'yesterday', 'month', 'lastMonth'] as const).map((name) => (
        <Button key={name} size="compact-sm" variant="default" onClick={() => onChange(spans[name]())}>
          {t(`range.${name}`)}
        </Button>
      ))}
    </div>
  )
}
