import { Alert, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '@/lib/api'
import { sentence } from '@/lib/errors'
import { STRATEGIES } from '@/lib/strategies'
import { CandidateTable } from './CandidateTable'
import { Facts } from './Facts'

/** Where a call would go, and why. */
export function Destination({ of: { decision, refusal } }: { of: Schemas['PreviewView'] }) {
  const { t } = useTranslation()
  const strategy = STRATEGIES.find((name) => name === decision.strategy)
  return (
    <Stack>
      {refusal != null && (
        <Alert color="yellow" title={t('routes.refused')}>
          {sentence(refusal)}
        </Alert>
      )}
      <Facts
        facts={[
          { label: t('routes.order'), value: strategy ? t(`strategies.${strategy}`) : decision.strategy },
          { label: t('routes.rule'), value: decision.rule ?? t('common.none') },
          { label: t('routes.standsFor'), value: decision.model ?? t('routes.itself') },
        ]}
      />
      {decision.candidates.length > 0 && <CandidateTable candidates={decision.candidates} />}
    </Stack>
  )
}
