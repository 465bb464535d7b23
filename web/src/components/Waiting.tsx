import { Center, Loader, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** What stands where a whole page is under way. */
export function Waiting() {
  const { t } = useTranslation()
  return (
    <Center mih="50dvh" role="status">
      <Stack align="center" gap="xs">
        <Loader size="sm" />
        <span className="visually-hidden">{t('common.loading')}</span>
      </Stack>
    </Center>
  )
}
