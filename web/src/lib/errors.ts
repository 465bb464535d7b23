import { notifications } from '@mantine/notifications'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { ApiError } from './api'

/** Returns what says, in the language of the page, why something failed. */
export function useExplain(): (error: Error) => string {
  const { t } = useTranslation()
  return useCallback(
    (error) => {
      if (!(error instanceof ApiError)) return t('errors.unexpected')
      if (error.status === 0) return t('errors.offline')
      if (error.message === '') return t('errors.unreadable')
      return sentence(error.message)
    },
    [t],
  )
}

/** Returns a message of the API, which is a fragment, as a sentence for a page. */
export function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1)
}

/** Returns what shows a failure in the corner of the page. */
export function useComplain(): (error: Error) => void {
  const { t } = useTranslation()
  const explain = useExplain()
  return useCallback(
    (error) => {
      notifications.show({
        color: 'red',
        title: t('errors.title'),
        message: explain(error),
        autoClose: 8_000,
      })
    },
    [t, explain],
  )
}
