import {
  ActionIcon,
  Button,
  Group,
  NumberInput,
  Paper,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { MoreSettings } from '@/components/MoreSettings'
import { CLASSES, isByPiece, MAIN_CLASSES, type PriceClass } from './classes'
import { emptyTier, type RateValues, readRate, type ScheduleValues, type TierValues } from './values'

interface Props {
  values: ScheduleValues
  onChange: (values: ScheduleValues) => void
  /** Takes the level of service away; the standard one stays. */
  onRemove: (() => void) | undefined
}

/** The rates of one level of service. */
export function ScheduleFields({ values, onChange, onRemove }: Props) {
  const { t } = useTranslation()
  const others = CLASSES.filter((name) => !MAIN_CLASSES.includes(name))
  const write = (base: RateValues) => onChange({ ...values, base })
  const change = (tier: TierValues) =>
    onChange({ ...values, tiers: values.tiers.map((one) => (one.key === tier.key ? tier : one)) })
  return (
    <Stack gap="sm">
      <Text size="xs" c="dimmed">
        {t('prices.ratesHint')}
      </Text>
      <RateFields names={MAIN_CLASSES} values={values.base} onChange={write} />
      <MoreSettings
        label={t('prices.otherClasses')}
        startsOpen={others.some((name) => values.base[name] !== '')}
      >
        <RateFields names={others} values={values.base} onChange={write} />
      </MoreSettings>
      {values.tiers.map((tier) => (
        <Tier
          key={tier.key}
          values={tier}
          onChange={change}
          onRemove={() => onChange({ ...values, tiers: values.tiers.filter((one) => one.key !== tier.key) })}
        />
      ))}
      <Group gap="xs">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange({ ...values, tiers: [...values.tiers, emptyTier()] })}
        >
          {t('prices.addTier')}
        </Button>
        {onRemove && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={onRemove}
          >
            {t('prices.asStandardAgain')}
          </Button>
        )}
      </Group>
    </Stack>
  )
}

interface RatesProps {
  names: readonly PriceClass[]
  values: RateValues
  onChange: (values: RateValues) => void
}

function RateFields({ names, values, onChange }: RatesProps) {
  const { t } = useTranslation()
  return (
    <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="sm">
      {names.map((name) => (
        <TextInput
          key={name}
          label={t(`prices.classes.${name}`)}
          leftSection="$"
          inputMode="decimal"
          placeholder={isByPiece(name) ? t('prices.forOne') : '—'}
          value={values[name]}
          error={values[name].trim() !== '' && readRate(name, values[name]) === null}
          onChange={(event) => onChange({ ...values, [name]: event.currentTarget.value })}
        />
      ))}
    </SimpleGrid>
  )
}

interface TierProps {
  values: TierValues
  onChange: (values: TierValues) => void
  onRemove: () => void
}

function Tier({ values, onChange, onRemove }: TierProps) {
  const { t } = useTranslation()
  return (
    <Paper p="sm" component="fieldset" m={0} miw={0}>
      <legend className="visually-hidden">{t('prices.tier')}</legend>
      <Stack gap="sm">
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <NumberInput
            flex={1}
            label={t('prices.tierAbove')}
            min={1}
            allowDecimal={false}
            allowNegative={false}
            thousandSeparator=","
            hideControls
            value={values.above}
            onChange={(above) => onChange({ ...values, above: typeof above === 'number' ? above : '' })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="input-sm"
            aria-label={t('prices.removeTier')}
            onClick={onRemove}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
        <RateFields
          names={MAIN_CLASSES}
          values={values.rates}
          onChange={(rates) => onChange({ ...values, rates })}
        />
        <MoreSettings
          label={t('prices.otherClasses')}
          startsOpen={CLASSES.some((name) => !MAIN_CLASSES.includes(name) && values.rates[name] !== '')}
        >
          <RateFields
            names={CLASSES.filter((name) => !MAIN_CLASSES.includes(name))}
            values={values.rates}
            onChange={(rates) => onChange({ ...values, rates })}
          />
        </MoreSettings>
      </Stack>
    </Paper>
  )
}
