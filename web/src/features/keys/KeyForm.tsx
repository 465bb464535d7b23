import { Button, MultiSelect, Select, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useForm, type UseFormReturnType } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { ExpiryField } from '@/components/ExpiryField'
import { FormError } from '@/components/FormError'
import { LimitFields } from '@/components/LimitFields'
import { MoreSettings } from '@/components/MoreSettings'
import { readMoney } from '@/lib/format'
import { modelNames } from '@/lib/models'
import { STRATEGIES } from '@/lib/strategies'
import { isAdmin, useUser } from '@/lib/session'
import { BudgetFields } from './BudgetFields'
import classes from './KeyForm.module.css'
import { providerNames } from '@/lib/providers'
import type { KeyValues } from './values'

type Form = UseFormReturnType<KeyValues>

interface Props {
  initial: KeyValues
  /** What the button says. */
  act: string
  isBusy: boolean
  error: Error | null
  onSubmit: (values: KeyValues) => void
}

/** What a key may do. */
export function KeyForm({ initial, act, isBusy, error, onSubmit }: Props) {
  const { t } = useTranslation()
  const amount = (text: string) =>
    text.trim() === '' || readMoney(text) !== null ? null : t('budgets.noAmount')
  const form = useForm<KeyValues>({
    initialValues: initial,
    validate: {
      name: (name) => (name.trim() === '' ? t('keys.nameMissing') : null),
      budgets: { day: amount, week: amount, month: amount, total: amount },
    },
  })
  const models = useQuery(modelNames).data ?? []
  return (
    <form onSubmit={form.onSubmit(onSubmit)}>
      <Stack>
        <FormError error={error} />
        <TextInput
          label={t('keys.name')}
          description={t('keys.nameHint')}
          withAsterisk
          data-autofocus
          {...form.getInputProps('name')}
        />
        <TagsInput
          label={t('keys.models')}
          description={t('keys.modelsHint')}
          placeholder={form.values.models.length === 0 ? t('keys.allModels') : ''}
          data={models}
          limit={100}
          clearable
          {...form.getInputProps('models')}
        />
        <ExpiryField
          label={t('keys.expires')}
          description={t('keys.expiresHint')}
          {...form.getInputProps('expires')}
        />
        <BudgetFields form={form} />
        <LimitFields form={form} />
        <Advanced form={form} models={models} />
        <Button type="submit" loading={isBusy}>
          {act}
        </Button>
      </Stack>
    </form>
  )
}

function Advanced({ form, models }: { form: Form; models: string[] }) {
  const { t } = useTranslation()
  const user = useUser()
  return (
    <MoreSettings>
      <Stack>
        <Textarea
          label={t('keys.addresses')}
          description={t('keys.addressesHint')}
          placeholder={'203.0.113.7\n10.0.0.0/8'}
          autosize
          minRows={2}
          classNames={{ input: classes.mono ?? '' }}
          {...form.getInputProps('addresses')}
        />
        <Select
          label={t('keys.defaultModel')}
          description={t('keys.defaultModelHint')}
          data={models.filter((name) => !name.includes('*'))}
          searchable
          clearable
          limit={100}
          value={form.values.defaultModel === '' ? null : form.values.defaultModel}
          onChange={(value) => form.setFieldValue('defaultModel', value ?? '')}
        />
        <Switch
          label={t('keys.showsCost')}
          description={t('keys.showsCostHint')}
          {...form.getInputProps('showsCost', { type: 'checkbox' })}
        />
        {isAdmin(user) && <RoutingFields form={form} />}
      </Stack>
    </MoreSettings>
  )
}

/** What only those may say who run this installation. */
function RoutingFields({ form }: { form: Form }) {
  const { t } = useTranslation()
  const providers = useQuery(providerNames).data ?? []
  const strategies = STRATEGIES.map((value) => ({ value, label: t(`strategies.${value}`) }))
  return (
    <>
      <Select
        label={t('keys.strategy')}
        description={t('keys.strategyHint')}
        placeholder={t('keys.strategyDefault')}
        data={strategies}
        clearable
        value={form.values.strategy === '' ? null : form.values.strategy}
        onChange={(value) => form.setFieldValue('strategy', value ?? '')}
      />
      <MultiSelect
        label={t('keys.providers')}
        description={t('keys.providersHint')}
        placeholder={form.values.providers.length === 0 ? t('keys.allProviders') : ''}
        data={[...new Set([...providers, ...form.values.providers])]}
        searchable
        clearable
        {...form.getInputProps('providers')}
      />
    </>
  )
}
