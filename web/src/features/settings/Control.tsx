import { Button, Group, NumberInput, PasswordInput, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Setting } from './queries'
import { useWording } from './wording'

interface Props {
  of: Setting
  /** What says what it does. */
  labelledBy: string
  isBusy: boolean
  error: string | null
  onSave: (value: string) => void
}

const NUMBERS = ['int', 'decimal', 'duration']
/** From so many characters on a text has room for lines. */
const LONG = 1_000

/** The field of a setting, as it suits what the value may be. What is chosen is saved at once; what is typed, by hand. */
export function Control(props: Props) {
  const { of: setting, labelledBy, isBusy, error, onSave } = props
  const wording = useWording()
  if (setting.type === 'bool') {
    return (
      <Switch
        aria-labelledby={labelledBy}
        checked={setting.value === 'true'}
        disabled={isBusy}
        error={error}
        onChange={(event) => onSave(String(event.currentTarget.checked))}
      />
    )
  }
  if (setting.type === 'enum') {
    return (
      <Select
        size="sm"
        w="100%"
        aria-labelledby={labelledBy}
        data={setting.choices.map((value) => ({ value, label: wording.choiceOf(value) }))}
        value={setting.value}
        allowDeselect={false}
        disabled={isBusy}
        error={error}
        onChange={(value) => value !== null && value !== setting.value && onSave(value)}
      />
    )
  }
  return <Typed {...props} />
}

/** A field that is typed into, with a button to save as soon as it says something new. */
function Typed({ of: setting, labelledBy, isBusy, error, onSave }: Props) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(setting.value)
  const [isTouched, setTouched] = useState(false)
  const isNew = typed !== setting.value
  const change = (value: string) => {
    setTyped(value)
    setTouched(true)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        setTouched(false)
        if (isNew) onSave(typed)
      }}
    >
      <Field
        of={setting}
        labelledBy={labelledBy}
        typed={typed}
        // What was refused is said until something else is typed.
        error={isTouched ? null : error}
        onChange={change}
      />
      {isNew && (
        <Group gap={6} mt={6} justify="flex-end">
          <Button size="compact-sm" variant="default" onClick={() => change(setting.value)}>
            {t('common.cancel')}
          </Button>
          <Button size="compact-sm" type="submit" loading={isBusy}>
            {t('common.save')}
          </Button>
        </Group>
      )}
    </form>
  )
}

interface FieldProps {
  of: Setting
  labelledBy: string
  typed: string
  error: string | null
  onChange: (value: string) => void
}

function Field({ of: setting, labelledBy, typed, error, onChange }: FieldProps) {
  const { t } = useTranslation()
  const wording = useWording()
  const shared = { 'aria-labelledby': labelledBy, error, size: 'sm', w: '100%' } as const
  const most = setting.max ?? undefined
  if (NUMBERS.includes(setting.type)) {
    return (
      <NumberInput
        {...shared}
        {...(typeof setting.min === 'number' && { min: setting.min })}
        {...(most !== undefined && { max: most })}
        clampBehavior="none"
        allowDecimal={setting.type === 'decimal'}
        step={setting.type === 'decimal' ? 0.01 : 1}
        suffix={setting.unit == null ? '' : ` ${wording.unitOf(setting.unit)}`}
        value={typed}
        onChange={(value) => onChange(String(value))}
      />
    )
  }
  if (setting.is_secret) {
    return (
      <PasswordInput
        {...shared}
        placeholder={setting.is_set ? t('settings.stored') : t('settings.notSet')}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t('settings.showTyped') }}
        value={typed}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  }
  const text = { ...shared, value: typed, ...(most !== undefined && { maxLength: most }) }
  if ((most ?? 0) > LONG) {
    return (
      <Textarea
        {...text}
        autosize
        minRows={2}
        maxRows={12}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    )
  }
  return (
    <TextInput
      {...text}
      type={setting.type === 'time' ? 'time' : 'text'}
      placeholder={setting.type === 'link' ? 'https://' : ''}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
