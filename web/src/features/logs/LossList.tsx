import { Badge, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Section } from '@/components/Section'
import { readLosses } from './losses'
import type { Attempt } from './queries'

/** What converting the request could not carry; nothing where nothing was lost. */
export function LossList({ attempts }: { attempts: Attempt[] }) {
  const { t } = useTranslation()
  const header = attempts.findLast((attempt) => attempt.losses !== '')?.losses ?? ''
  const { losses, more } = readLosses(header)
  if (losses.length + more === 0) return null
  return (
    <Section title={t('logs.losses')} about={t('logs.lossesHint')}>
      <Stack gap="xs">
        {losses.map((loss) => (
          <Group key={`${loss.path} ${loss.reason}`} gap="xs">
            <Badge color={loss.isSemantic ? 'orange' : 'gray'}>
              {loss.isSemantic ? t('logs.semantic') : t('logs.cosmetic')}
            </Badge>
            <Text ff="monospace" size="sm">
              {loss.path}
            </Text>
            <Text size="sm" c="dimmed">
              {loss.reason}
            </Text>
          </Group>
        ))}
        {more > 0 && (
          <Text size="sm" c="dimmed">
            {t('logs.lossesMore', { count: more })}
          </Text>
        )}
      </Stack>
    </Section>
  )
}
