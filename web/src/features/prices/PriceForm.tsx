import {
  Alert,
  Autocomplete,
  Button,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  TextInput,
} from '@mantine/core'
import { useForm, type UseFormReturnType } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FormError } from '@/components/FormError'
import { newId } from '@/lib/ids'
import { modelNames } from '@/lib/models'
import { CLASSES, type Service, SERVICES } from './classes'
import { providerChoices, useCreatePrice, vendorChoices } from './queries'
import { ScheduleFields } from './ScheduleFields'
import { bodyOf, emptySchedule, type PriceValues, readRate, readRates, type ScheduleValues } from './values'

/** The form of a price. */
export type PriceFormState = UseFormReturnType<PriceValues>

interface Props {
  initial: PriceValues
  onDone: () => void
}

/** A price to state. It is never changed later, only followed by another. */
export function PriceForm({ initial, onDone }: Props) {
  const { t } = useTranslation()
  const create = useCreatePrice()
  // One for the whole form: however often it is sent, the price is stated once.
  const [key] = useState(newId)
  const validate = useValidate()
  const form = useForm<PriceValues>({ initialValues: initial, validate })
  const models = useQuery(modelNames).data ?? []
  const submit = form.onSubmit((values) =>
    create.mutate({ key, body: bodyOf(values) }, { onSuccess: onDone }),
  )
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormError error={create.error} />
        <Autocomplete
          label={t('prices.model')}
          description={t('prices.modelHint')}
          data={models}
          limit={50}
          openOnFocus={false}
          withAsterisk
          data-autofocus
          {...form.getInputProps('model')}
        />
        <PlaceFields form={form} />
        <SegmentedControl
          aria-label={t('prices.purpose')}
          data={[
            { value: 'cost', label: t('prices.purposes.cost') },
            { value: 'sell', label: t('prices.purposes.sell') },
          ]}
          value={form.values.purpose}
          onChange={(purpose) => form.setFieldValue('purpose', purpose === 'sell' ? 'sell' : 'cost')}
        />
        <ServiceFields form={form} />
        <TextInput
          type="datetime-local"
          label={t('prices.from')}
          description={t('prices.fromHint')}
          {...form.getInputProps('from')}
        />
        <TextInput label={t('prices.remark')} maxLength={1_000} {...form.getInputProps('remark')} />
        <Button type="submit" loading={create.isPending}>
          {t('prices.state')}
        </Button>
      </Stack>
    </form>
  )
}

function PlaceFields({ form }: { form: PriceFormState }) {
  const { t } = useTranslation()
  const providers = useQuery(providerChoices).data ?? []
  const vendors = useQuery(vendorChoices).data ?? []
  const places = (['any', 'provider', 'vendor'] as const).map((value) => ({
    value,
    label: t(`prices.places.${value}`),
  }))
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <Select
        label={t('prices.place')}
        data={places}
        allowDeselect={false}
        value={form.values.place}
        onChange={(value) => form.setFieldValue('place', value ?? 'any')}
      />
      {form.values.place === 'provider' && (
        <Select
          label={t('prices.provider')}
          data={providers}
          searchable
          withAsterisk
          {...form.getInputProps('provider')}
        />
      )}
      {form.values.place === 'vendor' && (
        <Select
          label={t('prices.vendor')}
          data={vendors}
          searchable
          withAsterisk
          {...form.getInputProps('vendor')}
        />
      )}
    </SimpleGrid>
  )
}

function ServiceFields({ form }: { form: PriceFormState }) {
  const { t } = useTranslation()
  const [service, setService] = useState<Service>('standard')
  const schedule = form.values.services[service]
  const write = (next: ScheduleValues | null) =>
    form.setFieldValue('services', { ...form.values.services, [service]: next })
  return (
    <Stack gap="sm">
      <SegmentedControl
        size="xs"
        aria-label={t('prices.service')}
        data={SERVICES.map((value) => ({ value, label: t(`prices.services.${value}`) }))}
        value={service}
        onChange={setService}
      />
      {schedule ? (
        <ScheduleFields
          key={service}
          values={schedule}
          onChange={write}
          onRemove={service === 'standard' ? undefined : () => write(null)}
        />
      ) : (
        <Alert color="gray" title={t('prices.asStandard')}>
          <Button variant="default" size="xs" onClick={() => write(emptySchedule())}>
            {t('prices.stateOwn')}
          </Button>
        </Alert>
      )}
      {form.errors['services'] !== undefined && (
        <Alert color="red" role="alert">
          {form.errors['services']}
        </Alert>
      )}
    </Stack>
  )
}

function useValidate() {
  const { t } = useTranslation()
  return {
    model: (model: string) => (model.trim() === '' ? t('prices.modelMissing') : null),
    provider: (provider: string | null, { place }: PriceValues) =>
      place === 'provider' && provider === null ? t('prices.providerMissing') : null,
    vendor: (vendor: string | null, { place }: PriceValues) =>
      place === 'vendor' && vendor === null ? t('prices.vendorMissing') : null,
    services: (services: PriceValues['services']) => {
      for (const service of SERVICES) {
        const schedule = services[service]
        if (!schedule) continue
        const name = t(`prices.services.${service}`)
        if (isUnreadable(schedule)) return t('prices.rateBad', { service: name })
        if (Object.keys(readRates(schedule.base)).length === 0)
          return t('prices.rateMissing', { service: name })
        if (
          schedule.tiers.some((tier) => tier.above === '' || Object.keys(readRates(tier.rates)).length === 0)
        )
          return t('prices.tierBad', { service: name })
      }
      return null
    },
  }
}

function isUnreadable({ base, tiers }: ScheduleValues): boolean {
  const all = [base, ...tiers.map((tier) => tier.rates)]
  return all.some((rates) =>
    CLASSES.some((name) => rates[name].trim() !== '' && readRate(name, rates[name]) === null),
  )
}
