import { Button, Group, PasswordInput, type PasswordInputProps } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyIcon } from '@/components/Copy'
import { newId } from '@/lib/ids'

/** Fewest characters of a password. */
export const PASSWORD_MIN = 8
const PASSWORD_MAX = 128

interface Props extends Omit<PasswordInputProps, 'onChange' | 'value'> {
  value: string
  onChange: (value: string) => void
}

/** A password for somebody else: typed, or made up and copied. */
export function PasswordField({ value, onChange, ...others }: Props) {
  const { t } = useTranslation()
  const [isVisible, setVisible] = useState(false)
  return (
    <div>
      <PasswordInput
        {...others}
        label={t('users.password')}
        description={t('users.passwordHint')}
        withAsterisk
        autoComplete="new-password"
        maxLength={PASSWORD_MAX}
        visible={isVisible}
        onVisibilityChange={setVisible}
        visibilityToggleButtonProps={{ 'aria-label': t('account.showPassword') }}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Group gap={6} mt={6}>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => {
            onChange(newId())
            setVisible(true)
          }}
        >
          {t('users.makeUp')}
        </Button>
        {value !== '' && <CopyIcon text={value} label={t('users.copyPassword')} />}
      </Group>
    </div>
  )
}
