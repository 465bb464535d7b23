import { Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { CopyAction } from '../Copy'
import classes from './Secret.module.css'

/** The secret of a key, to be copied. */
export function Secret({ text }: { text: string }) {
  const { t } = useTranslation()
  return (
    <Group gap="xs" className={classes.secret}>
      <Text ff="monospace" size="sm" className={classes.text} data-testid="secret">
        {text}
      </Text>
      <CopyAction text={text} label={t('connect.copyKey')} />
    </Group>
  )
}
