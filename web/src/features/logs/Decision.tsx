import { Badge, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Fact, Facts } from '@/components/Facts'
import { Section } from '@/components/Section'
import { CandidateTable } from '@/components/CandidateTable'
import type { Schemas } from '@/lib/api'
import { useExplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { STRATEGIES } from '@/lib/strategies'
import { callDecision } from './queries'

type Explained = Schemas['ExplainView']

/** Why a call went where it went. */
export function Decision({ call }: { call: string }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const found = useQuery(callDecision(call))
  return (
    <Section title={t('logs.why')} about={t('logs.whyHint')}>
      {found.isPending && <Skeleton height={120} />}
      {found.isError && (
        <Text size="sm" c="dimmed">
          {explain(found.error)}
        </Text>
      )}
      {found.data && <Reasons of={found.data} />}
    </Section>
  )
}

function Reasons({ of: explained }: { of: Explained }) {
  const { t } = useTranslation()
  const facts = useFacts(explained)
  const decision = explained.decision
  if (!decision) {
    return (
      <Text size="sm" c="dimmed">
        {t('logs.noDecision')}
      </Text>
    )
  }
  return (
    <Stack gap="md">
      <Facts facts={facts} />
      <CandidateTable candidates={decision.candidates} />
      {decision.more > 0 && (
        <Text size="sm" c="dimmed">
          {t('logs.moreCandidates', { count: decision.more })}
        </Text>
      )}
    </Stack>
  )
}

function useFacts({ decision, cached_tokens, cache_saved_micros }: Explained): Fact[] {
  const { t } = useTranslation()
  const format = useFormat()
  if (!decision) return []
  const strategy = STRATEGIES.find((name) => name === decision.strategy)
  const facts: (Fact | null)[] = [
    { label: t('logs.strategy'), value: strategy ? t(`strategies.${strategy}`) : decision.strategy },
    { label: t('logs.rule'), value: decision.rule ? <Badge>{decision.rule}</Badge> : t('common.none') },
    decision.model ? { label: t('logs.standsFor'), value: decision.model } : null,
    decision.waited_ms > 0 ? { label: t('logs.waited'), value: format.duration(decision.waited_ms) } : null,
    decision.warm_tokens ? { label: t('logs.warm'), value: format.number(decision.warm_tokens) } : null,
    cached_tokens > 0 ? { label: t('logs.cached'), value: format.number(cached_tokens) } : null,
    typeof cache_saved_micros === 'number' && cache_saved_micros > 0
      ? { label: t('logs.saved'), value: format.exactMoney(cache_saved_micros) }
      : null,
  ]
  return facts.filter((fact) => fact !== null)
}
