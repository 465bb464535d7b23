import { Text } from '@mantine/core'
import { modals } from '@mantine/modals'
import { useTranslation } from 'react-i18next'

interface Question {
  title: string
  /** What will happen. */
  text: string
  /** What the button says: the act itself. */
  act: string
  isDangerous?: boolean
  onAct: () => void
}

/** Returns a way to ask before something that cannot be taken back. */
export function useConfirm(): (question: Question) => void {
  const { t } = useTranslation()
  return ({ title, text, act, isDangerous, onAct }) =>
    modals.openConfirmModal({
      title,
      children: <Text size="sm">{text}</Text>,
      labels: { confirm: act, cancel: t('common.cancel') },
      confirmProps: isDangerous === true ? { color: 'red' } : {},
      onConfirm: onAct,
    })
}
