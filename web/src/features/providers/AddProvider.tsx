import { Button, Group, PasswordInput, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import type { ClipboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { FormError } from '@/components/FormError'
import { useExplain } from '@/lib/errors'
import { DiscoveryResult } from './DiscoveryResult'
import { guessVendor, readPasted, suggestName } from './guess'
import { MoreFields, ParamFields } from './ProviderFields'
import {
  credentialList,
  type Provider,
  useCreateProvider,
  useCredential,
  useDiscover,
  type Vendor,
  vendorList,
} from './queries'
import { bodyOf, NEW_PROVIDER, type ProviderForm, type ProviderValues } from './values'

interface Props {
  /** Names that are taken already. */
  taken: string[]
  onDone: (provider: Provider) => void
}

/** The way to a new provider: paste what the vendor gave, then see what it serves. */
export function AddProvider({ taken, onDone }: Props) {
  const { t } = useTranslation()
  const create = useCreateProvider()
  const discover = useDiscover()
  const made = create.data
  const hasFailed = discover.isError || discover.data?.credentials.some(({ error }) => error != null) === true
  if (made) {
    return (
      <Stack>
        <DiscoveryResult
          isBusy={discover.isPending}
          error={discover.error}
          found={discover.data}
          onRetry={() => discover.mutate(made.id)}
        />
        {hasFailed && <OtherKey provider={made.id} onChanged={() => discover.mutate(made.id)} />}
        <Button
          variant={hasFailed ? 'default' : 'filled'}
          onClick={() => onDone(made)}
          disabled={discover.isPending}
        >
          {hasFailed ? t('providers.continueAnyway') : t('providers.continue')}
        </Button>
      </Stack>
    )
  }
  const submit = (values: ProviderValues) =>
    create.mutate(bodyOf(values), { onSuccess: (provider) => discover.mutate(provider.id) })
  return <AddForm taken={taken} isBusy={create.isPending} error={create.error} onSubmit={submit} />
}

/** Another key in the place of one that was refused. */
function OtherKey({ provider, onChanged }: { provider: number; onChanged: () => void }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const first = useQuery(credentialList(provider)).data?.[0]
  const { create, update } = useCredential(provider)
  const form = useForm({ initialValues: { key: '' } })
  const submit = form.onSubmit(({ key }) => {
    if (first) update.mutate({ id: first.id, body: { key: key.trim() } }, { onSuccess: onChanged })
    else create.mutate({ key: key.trim() }, { onSuccess: onChanged })
  })
  const error = create.error ?? update.error
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="xs">
        <PasswordInput
          label={t('providers.otherKey')}
          required
          autoComplete="off"
          flex={1}
          error={error && explain(error)}
          visibilityToggleButtonProps={{ 'aria-label': t('providers.showKey') }}
          {...form.getInputProps('key')}
        />
        <Button type="submit" loading={create.isPending || update.isPending}>
          {t('providers.saveAndTry')}
        </Button>
      </Group>
    </form>
  )
}

interface FormProps {
  taken: string[]
  isBusy: boolean
  error: Error | null
  onSubmit: (values: ProviderValues) => void
}

function AddForm({ taken, isBusy, error, onSubmit }: FormProps) {
  const { t } = useTranslation()
  const vendors = useQuery(vendorList).data ?? []
  const form = useForm<ProviderValues>({ initialValues: NEW_PROVIDER })
  const { baseUrl, vendor } = form.values
  const guessed = guessVendor(vendors, baseUrl)
  const chosen = vendors.find(({ name }) => name === vendor) ?? guessed
  const name = free(suggestName(chosen, baseUrl), taken)
  const paste = (event: ClipboardEvent) => {
    const found = readPasted(event.clipboardData.getData('text'))
    if (found.baseUrl === undefined || found.key === undefined) return
    event.preventDefault()
    form.setValues({ baseUrl: found.baseUrl, key: found.key })
  }
  const submit = form.onSubmit((values) =>
    onSubmit({ ...values, name: values.name.trim() === '' ? name : values.name }),
  )
  return (
    <form onSubmit={submit} onPaste={paste}>
      <Stack>
        <FormError error={error} />
        <VendorSelect form={form} vendors={vendors} guessed={guessed} />
        <TextInput
          label={t('providers.baseUrl')}
          description={t('providers.baseUrlHint')}
          placeholder={chosen?.base_url ?? 'https://relay.example'}
          required={chosen?.base_url == null}
          data-autofocus
          {...form.getInputProps('baseUrl')}
        />
        <PasswordInput
          label={t('providers.key')}
          description={t('providers.keyHint')}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('providers.showKey') }}
          {...form.getInputProps('key')}
        />
        <TextInput label={t('providers.name')} placeholder={name} {...form.getInputProps('name')} />
        {chosen && <ParamFields form={form} vendor={chosen} />}
        <MoreFields form={form} />
        <Button type="submit" loading={isBusy}>
          {t('providers.add')}
        </Button>
      </Stack>
    </form>
  )
}

interface VendorProps {
  form: ProviderForm
  vendors: Vendor[]
  guessed: Vendor | undefined
}

function VendorSelect({ form, vendors, guessed }: VendorProps) {
  const { t, i18n } = useTranslation()
  const language = i18n.language.startsWith('zh') ? 'zh' : 'en'
  const title = (vendor: Vendor) => vendor.title[language] ?? vendor.name
  const choose = (value: string | null) => {
    form.setFieldValue('vendor', value ?? '')
    form.setFieldValue('params', {})
  }
  return (
    <Select
      label={t('providers.vendor')}
      description={
        guessed && form.values.vendor === ''
          ? t('providers.guessed', { vendor: title(guessed) })
          : t('providers.vendorHint')
      }
      placeholder={guessed ? title(guessed) : t('providers.guess')}
      data={vendors.map((vendor) => ({ value: vendor.name, label: title(vendor) }))}
      searchable
      clearable
      value={form.values.vendor === '' ? null : form.values.vendor}
      onChange={choose}
    />
  )
}

/** Returns the name, or the first one with a number that nobody has. */
function free(name: string, taken: string[]): string {
  if (name === '' || !taken.includes(name)) return name
  let number = 2
  while (taken.includes(`${name}-${number}`)) number += 1
  return `${name}-${number}`
}
