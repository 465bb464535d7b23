import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '@/lib/api'
import { sentence } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { OBSTACLES, readObstacle } from '@/lib/obstacles'

/** Why a candidate cannot be used, in the language of the page. */
export function Obstacle({ of: obstacle }: { of: Schemas['ObstacleView'] }) {
  const words = useWords(obstacle)
  return (
    <Text size="xs" c="red">
      {words}
    </Text>
  )
}

function useWords({ code, text }: Schemas['ObstacleView']): string {
  const { t } = useTranslation()
  const format = useFormat()
  const known = OBSTACLES.find((name) => name === code)
  const { subject, trouble, until } = readObstacle(text)
  const ago = until === undefined ? t('obstacles.soon') : format.ago(until)
  if (known === 'resting') {
    if (!subject || !trouble) return sentence(text)
    return t('obstacles.resting', {
      subject: t(`obstacles.subjects.${subject}`),
      trouble: t(`obstacles.troubles.${trouble}`),
      ago,
    })
  }
  if (known === 'limit_reached') return t('obstacles.limit_reached', { ago })
  return known ? t(`obstacles.${known}`) : sentence(text)
}
