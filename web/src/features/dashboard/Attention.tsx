import { Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { LinkAnchor } from '@/components/Links'
import { Section } from '@/components/Section'
import { useFormat } from '@/lib/format'
import classes from './Attention.module.css'
import { ledgerState, openAlerts, restingRoutes, unpricedModels } from './queries'

const SHOWN = 3

/** What somebody should look at now. */
export function Attention() {
  const { t } = useTranslation()
  const points = usePoints()
  if (points === undefined) return null
  if (points.length === 0) {
    return (
      <Group gap="xs" c="dimmed" wrap="nowrap">
        <IconCircleCheck size={18} aria-hidden />
        <Text size="sm">{t('dashboard.allWell')}</Text>
      </Group>
    )
  }
  return (
    <Section title={t('dashboard.attention')}>
      <Stack gap="xs">{points}</Stack>
    </Section>
  )
}

/** `undefined` while not everything was asked for yet. */
function usePoints(): ReactNode[] | undefined {
  const { t } = useTranslation()
  const format = useFormat()
  const alerts = useQuery(openAlerts)
  const unpriced = useQuery(unpricedModels)
  const resting = useQuery(restingRoutes)
  const ledger = useQuery(ledgerState)
  if ([alerts, unpriced, resting, ledger].some((query) => query.isPending)) return undefined
  const points: ReactNode[] = (alerts.data?.items ?? []).map((alert) => (
    <Point key={`alert-${alert.id}`} title={alert.message}>
      {t('dashboard.seen', { count: alert.count, ago: format.ago(alert.last_seen_time) })}
    </Point>
  ))
  if (ledger.data?.audit?.is_clean === false) {
    points.push(<Point key="ledger" title={t('dashboard.ledgerOff')} isGrave />)
  }
  const names = [...new Set((resting.data ?? []).map((route) => route.model_name))]
  if (names.length > 0) {
    points.push(
      <Point key="resting" title={t('dashboard.resting', { count: names.length })}>
        <Some names={names} />
      </Point>,
    )
  }
  const models = [...new Set((unpriced.data?.items ?? []).map((row) => row.model))]
  if (models.length > 0) {
    points.push(
      <Point key="unpriced" title={t('dashboard.unpriced', { count: models.length })}>
        <Some names={models} /> · {t('dashboard.unpricedHint')}{' '}
        <LinkAnchor to="/prices" search={{ view: 'unpriced' }} size="sm" underline="always">
          {t('dashboard.setPrices')}
        </LinkAnchor>
      </Point>,
    )
  }
  return points
}

function Some({ names }: { names: string[] }) {
  const { t } = useTranslation()
  const more = names.length - SHOWN
  return (
    <>
      {names.slice(0, SHOWN).map((model, index) => (
        <span key={model}>
          {index > 0 && ', '}
          <LinkAnchor to="/logs" search={{ model }} size="sm" underline="always">
            {model}
          </LinkAnchor>
        </span>
      ))}
      {more > 0 && ` ${t('dashboard.andMore', { count: more })}`}
    </>
  )
}

function Point({ title, isGrave, children }: { title: string; isGrave?: boolean; children?: ReactNode }) {
  return (
    <div className={classes.point}>
      <IconAlertTriangle
        size={18}
        aria-hidden
        color={`var(--mantine-color-${isGrave === true ? 'red' : 'orange'}-light-color)`}
      />
      <div>
        <Text size="sm" fw={550}>
          {title}
        </Text>
        {children !== undefined && (
          <Text size="sm" c="dimmed">
            {children}
          </Text>
        )}
      </div>
    </div>
  )
}
