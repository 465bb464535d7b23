import { Button, Group, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { timeInput } from '@/lib/format'

const DAY_SECS = 86_400
const SPANS = [7, 30, 90] as const

interface Props {
  label: string
  description: string
  /** As a `datetime-local` field has it; empty for never. */
  value?: string
  error?: ReactNode
  onChange: (value: string) => void
}

/** When something ends, typed or by a common span from now. */
export function ExpiryField({ label, description, value = '', error, onChange }: Props) {
  const { t } = useTranslation()
  return (
    <div>
      <TextInput
        type="datetime-local"
        label={label}
        description={description}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Group gap={6} mt={6}>
        <Button size="compact-xs" variant="default" onClick={() => onChange('')}>
          {t('common.never')}
        </Button>
        {SPANS.map((days) => (
          <Button key={days} size="compact-xs" variant="default" onClick={() => onChange(inDays(days))}>
            {t('common.days', { count: days })}
          </Button>
        ))}
      </Group>
    </div>
  )
}

function inDays(days: number): string {
  return timeInput(Date.now() / 1_000 + days * DAY_SECS)
}
