import { Button, Drawer, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { KeySecret } from '@/components/connect/KeySecret'
import { FormError } from '@/components/FormError'
import type { Key } from '@/lib/keys'
import { useRotateKey } from './queries'

const HOUR_SECS = 3_600
const DAY_SECS = 86_400

/** How long the present secret may go on. */
const GRACES = [
  { id: 'none', secs: 0 },
  { id: 'hour', secs: HOUR_SECS },
  { id: 'day', secs: DAY_SECS },
  { id: 'week', secs: 7 * DAY_SECS },
  { id: 'month', secs: 30 * DAY_SECS },
] as const

interface Props {
  of: Key
  isOpen: boolean
  onClose: () => void
}

/** A new secret for a key; the present one works on for a while, so that nothing has to stop. */
export function RotateKey({ of: key, isOpen, onClose }: Props) {
  const { t } = useTranslation()
  const rotate = useRotateKey(key.id)
  const [grace, setGrace] = useState<string>('day')
  const secs = GRACES.find(({ id }) => id === grace)?.secs ?? DAY_SECS
  const close = () => {
    onClose()
    rotate.reset()
  }
  return (
    <Drawer
      opened={isOpen}
      onClose={close}
      size="xl"
      title={rotate.isSuccess ? t('keys.made') : t('keys.rotate.title', { name: key.name })}
      // The secret is shown only now: a slip of the hand must not lose it.
      closeOnClickOutside={!rotate.isSuccess}
      closeOnEscape={!rotate.isSuccess}
    >
      {rotate.isSuccess ? (
        <KeySecret secret={rotate.data} onDone={close} />
      ) : (
        <Stack>
          <Text size="sm">{t('keys.rotate.about')}</Text>
          <FormError error={rotate.error} />
          <Select
            label={t('keys.rotate.grace')}
            data={GRACES.map(({ id }) => ({ value: id, label: t(`keys.rotate.graces.${id}`) }))}
            allowDeselect={false}
            value={grace}
            onChange={(value) => setGrace(value ?? 'day')}
          />
          <Button
            color={secs === 0 ? 'red' : 'accent'}
            loading={rotate.isPending}
            onClick={() => rotate.mutate(secs)}
          >
            {t('keys.rotate.act')}
          </Button>
        </Stack>
      )}
    </Drawer>
  )
}
