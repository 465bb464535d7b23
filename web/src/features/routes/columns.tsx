import { Badge, NumberInput, Switch, Text, Tooltip } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Column } from '@/components/DataTable'
import { useComplain } from '@/lib/errors'
import { microsOf, useFormat } from '@/lib/format'
import { SUBJECTS, TROUBLES } from '@/lib/obstacles'
import { type Route, useUpdateRoute } from './queries'

const GOOD_SHARE = 0.95

/** The columns of a model's routes. */
export function useRouteColumns(): Column<Route>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { id: 'provider', header: t('routes.provider'), role: 'title', cell: (row) => <Who of={row} /> },
    {
      id: 'share',
      width: '4.75rem',
      header: t('routes.share'),
      align: 'right',
      cell: ({ effective_share_percent: share }) =>
        typeof share === 'number' ? format.percent(share / 100) : '—',
    },
    {
      id: 'price',
      width: '9.5rem',
      header: t('routes.price'),
      align: 'right',
      cell: (row) => <Price of={row} />,
    },
    {
      id: 'health',
      width: '5.5rem',
      header: t('routes.health'),
      align: 'right',
      cell: (row) => <Health of={row} />,
    },
    {
      id: 'latency',
      width: '5.5rem',
      header: t('routes.latency'),
      align: 'right',
      isMinor: true,
      cell: ({ health_avg_latency_ms: latency }) =>
        typeof latency === 'number' ? format.duration(latency) : '—',
    },
    {
      id: 'priority',
      width: '6rem',
      header: t('routes.priority'),
      cell: (row) => <Changeable of={row} field="priority" />,
    },
    {
      id: 'weight',
      width: '6rem',
      header: t('routes.weight'),
      cell: (row) => <Changeable of={row} field="weight" />,
    },
    { id: 'on', width: '4.5rem', header: t('routes.on'), cell: (row) => <OnOff of={row} /> },
  ]
}

function Who({ of: row }: { of: Route }) {
  const { t } = useTranslation()
  const format = useFormat()
  const trouble = TROUBLES.find((name) => name === row.suppressed_because)
  const subject = SUBJECTS.find((name) => name === row.suppressed_subject)
  return (
    <div>
      <Text size="sm" fw={550}>
        {row.provider_name}
      </Text>
      <Text size="xs" c="dimmed">
        {row.token_name}
      </Text>
      {row.upstream_model != null && (
        <Text size="xs" c="dimmed">
          {t('routes.sentAs', { model: row.upstream_model })}
        </Text>
      )}
      {row.provider_status !== 1 && <Badge color="gray">{t('routes.providerOff')}</Badge>}
      {row.token_status !== 1 && <Badge color="gray">{t('routes.credentialOff')}</Badge>}
      {row.suppressed && (
        <Badge color="orange">
          {typeof row.suppressed_until === 'number'
            ? t('routes.restsUntil', { ago: format.ago(row.suppressed_until) })
            : t('routes.rests')}
        </Badge>
      )}
      {trouble && subject && (
        <Text size="xs" c="dimmed">
          {t('routes.restsBecause', {
            subject: t(`obstacles.subjects.${subject}`),
            trouble: t(`obstacles.troubles.${trouble}`),
          })}
        </Text>
      )}
    </div>
  )
}

function Price({ of: row }: { of: Route }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (typeof row.per_call_price === 'number') {
    return <>{t('routes.perCall', { price: format.money(microsOf(row.per_call_price)) })}</>
  }
  if (typeof row.prompt_price_per_1m !== 'number') return <Badge color="yellow">{t('routes.unpriced')}</Badge>
  const output = row.completion_price_per_1m
  return (
    <Tooltip label={t('routes.perMillion')}>
      <span>
        {format.money(microsOf(row.prompt_price_per_1m))} →{' '}
        {typeof output === 'number' ? format.money(microsOf(output)) : '—'}
      </span>
    </Tooltip>
  )
}

function Health({ of: row }: { of: Route }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { health_success_rate: rate, health_sample_count: count } = row
  if (typeof rate !== 'number' || (count ?? 0) === 0) return <>—</>
  const factor = format.decimal(row.health_multiplier ?? 1)
  return (
    <Tooltip label={t('routes.healthOf', { calls: format.number(count ?? 0), factor })}>
      <Badge color={rate >= GOOD_SHARE ? 'teal' : 'red'}>{format.percent(rate)}</Badge>
    </Tooltip>
  )
}

/** A number that is saved when it is left, or with Enter. */
function Changeable({ of: row, field }: { of: Route; field: 'priority' | 'weight' }) {
  const { t } = useTranslation()
  const complain = useComplain()
  const update = useUpdateRoute()
  const stored = row[field]
  const [typed, setTyped] = useState<number | string>(stored)
  const [known, setKnown] = useState(stored)
  if (stored !== known) {
    setKnown(stored)
    setTyped(stored)
  }
  const isFile = row.origin === 'file'
  const save = () => {
    if (typeof typed !== 'number' || typed === stored) {
      setTyped(stored)
      return
    }
    const onError = (error: Error) => {
      setTyped(stored)
      complain(error)
    }
    update.mutate({ id: row.id, [field]: typed }, { onError })
  }
  return (
    <Tooltip label={t('common.readOnly')} disabled={!isFile}>
      <NumberInput
        size="xs"
        w={72}
        aria-label={t(`routes.${field}Of`, { provider: row.provider_name })}
        allowDecimal={false}
        disabled={isFile || update.isPending}
        value={typed}
        onChange={setTyped}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save()
        }}
      />
    </Tooltip>
  )
}

function OnOff({ of: row }: { of: Route }) {
  const { t } = useTranslation()
  const complain = useComplain()
  const update = useUpdateRoute()
  const isFile = row.origin === 'file'
  return (
    <Tooltip label={t('common.readOnly')} disabled={!isFile}>
      <Switch
        aria-label={t('routes.onOf', { provider: row.provider_name })}
        checked={update.isPending ? !row.enabled : row.enabled}
        disabled={isFile || update.isPending}
        onChange={(event) =>
          update.mutate({ id: row.id, enabled: event.currentTarget.checked }, { onError: complain })
        }
      />
    </Tooltip>
  )
}
