import { Button, Center } from '@mantine/core'
import { useTranslation } from 'react-i18next'

interface Props {
  hasMore: boolean
  isLoading: boolean
  onMore: () => void
}

/** The way to the next page of a list. */
export function LoadMore({ hasMore, isLoading, onMore }: Props) {
  const { t } = useTranslation()
  if (!hasMore) return null
  return (
    <Center>
      <Button variant="default" loading={isLoading} onClick={onMore}>
        {t('common.more')}
      </Button>
    </Center>
  )
}
