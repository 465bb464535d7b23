import { Badge, Group, Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useFormat } from '@/lib/format'
import { CLASSES, isByPiece, type PriceClass } from './classes'
import classes from './PriceText.module.css'
import type { Schedule, Version } from './queries'

/** Returns what writes a rate with its unit left out. */
export function useRate(): (name: PriceClass, rate: number) => string {
  const format = useFormat()
  return (name, rate) => (isByPiece(name) ? format.unitPrice(rate) : format.exactMoney(rate))
}

/** A price in a few words: what is read and written, or what a call costs. */
export function PriceText({ of: { price } }: { of: Pick<Version, 'price'> }) {
  const { t } = useTranslation()
  const { base } = price.standard
  const more = [
    ...(hasTiers(price.standard) ? [t('prices.byLength')] : []),
    ...(price.batch ? [t('prices.services.batch')] : []),
    ...(price.flex ? [t('prices.services.flex')] : []),
    ...(price.priority ? [t('prices.services.priority')] : []),
  ]
  return (
    <span className={classes.price}>
      <Short base={base} />
      {more.length > 0 && (
        <Tooltip label={more.join(' · ')}>
          <Badge color="gray">+{more.length}</Badge>
        </Tooltip>
      )}
    </span>
  )
}

function hasTiers({ tiers = [] }: Schedule): boolean {
  return tiers.length > 0
}

function Short({ base }: { base: Schedule['base'] }) {
  const { t } = useTranslation()
  const write = useRate()
  const { input, output, call } = base
  if (input !== undefined || output !== undefined) {
    const show = (name: PriceClass, rate: number | undefined) =>
      rate === undefined ? '—' : write(name, rate)
    return (
      <Tooltip label={t('prices.perMillionHint')}>
        <span className="numbers">
          {show('input', input)} → {show('output', output)}
        </span>
      </Tooltip>
    )
  }
  if (call !== undefined) return <span>{t('prices.perCall', { price: write('call', call) })}</span>
  const other = CLASSES.find((name) => base[name] !== undefined)
  if (other === undefined) return <span>{t('prices.nothingStated')}</span>
  return (
    <span>
      {t('prices.only', { name: t(`prices.classes.${other}`), price: write(other, base[other] ?? 0) })}
    </span>
  )
}

const SOURCE_COLOURS = { operator: 'accent', provider: 'teal', builtin: 'gray' }

/** Who states a price. */
export function Source({ of: { source, disputed } }: { of: Pick<Version, 'source' | 'disputed'> }) {
  const { t } = useTranslation()
  const known = source === 'operator' || source === 'provider' ? source : 'builtin'
  return (
    <Group gap={4} wrap="nowrap">
      <Tooltip label={t(`prices.sourceHints.${known}`)}>
        <Badge color={SOURCE_COLOURS[known]}>{t(`prices.sources.${known}`)}</Badge>
      </Tooltip>
      {disputed && (
        <Tooltip label={t('prices.disputedHint')}>
          <Badge color="yellow">{t('prices.disputed')}</Badge>
        </Tooltip>
      )}
    </Group>
  )
}

/** Since when a price holds, or from when on. */
export function Since({ at }: { at: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  if (at <= 0) return <>{t('prices.always')}</>
  return (
    <Tooltip label={format.ago(at)}>
      <time dateTime={new Date(at * 1_000).toISOString()}>{format.dateTime(at)}</time>
    </Tooltip>
  )
}

/** Where a price holds. */
export function Place({ of: version, providers }: { of: Version; providers: Map<number, string> }) {
  const { t } = useTranslation()
  if (version.scope === 'any') {
    return (
      <Text span size="sm" c="dimmed">
        {t('prices.everywhere')}
      </Text>
    )
  }
  if (version.scope === 'vendor') return <>{t('prices.atVendor', { name: version.vendor ?? '—' })}</>
  const id = version.provider_id ?? 0
  return <>{providers.get(id) ?? t('prices.goneProvider', { id })}</>
}
