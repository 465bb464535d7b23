import { Button, Group, PasswordInput } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useComplain } from '@/lib/errors'
import { useDayKey } from './queries'

interface Props {
  secret: string
  onChange: (secret: string) => void
}

/** The key that the playground calls with: pasted, or made for a day. It stays in this tab. */
export function KeyField({ secret, onChange }: Props) {
  const { t } = useTranslation()
  const complain = useComplain()
  const make = useDayKey()
  const fresh = () =>
    make.mutate(t('playground.keyName'), { onSuccess: (made) => onChange(made), onError: complain })
  return (
    <Group align="flex-end" gap="xs">
      <PasswordInput
        label={t('playground.key')}
        description={t('playground.keyHint')}
        placeholder="ag-…"
        autoComplete="off"
        flex="1 1 16rem"
        maw="34rem"
        value={secret}
        onChange={(event) => onChange(event.currentTarget.value.trim())}
        visibilityToggleButtonProps={{ 'aria-label': t('playground.showKey') }}
      />
      <Button
        variant="default"
        leftSection={<IconKey size={16} aria-hidden />}
        loading={make.isPending}
        onClick={fresh}
      >
        {t('playground.makeKey')}
      </Button>
    </Group>
  )
}
