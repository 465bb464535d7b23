import {
  NumberInput,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { MoreSettings } from '@/components/MoreSettings'
import { HeaderFields, TimeoutFields } from './ReachFields'
import type { Vendor } from './queries'
import { type ProviderForm, ROTATIONS } from './values'

/** What the paths of a vendor need besides. */
export function ParamFields({ form, vendor }: { form: ProviderForm; vendor: Vendor }) {
  return Object.entries(vendor.params).map(([name, standard]) => (
    <TextInput
      key={name}
      label={name}
      placeholder={standard}
      value={form.values.params[name] ?? ''}
      onChange={(event) =>
        form.setFieldValue('params', { ...form.values.params, [name]: event.currentTarget.value })
      }
    />
  ))
}

/** What few providers need. */
export function MoreFields({ form }: { form: ProviderForm }) {
  const { t } = useTranslation()
  const eye = { 'aria-label': t('providers.showKey') }
  const rotations = ROTATIONS.map((value) => ({ value, label: t(`providers.rotations.${value}`) }))
  const number = (field: 'priority' | 'weight') => ({
    value: form.values[field],
    onChange: (value: string | number) => form.setFieldValue(field, typeof value === 'number' ? value : ''),
    error: form.errors[field],
    allowDecimal: false,
    hideControls: true,
  })
  return (
    <MoreSettings>
      <Stack>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <NumberInput
            label={t('providers.priority')}
            description={t('providers.priorityHint')}
            placeholder="0"
            {...number('priority')}
          />
          <NumberInput
            label={t('providers.weight')}
            description={t('providers.weightHint')}
            placeholder="10"
            min={0}
            {...number('weight')}
          />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <PasswordInput
            label={t('providers.accessToken')}
            description={t('providers.accessTokenHint')}
            autoComplete="off"
            visibilityToggleButtonProps={eye}
            {...form.getInputProps('accessToken')}
          />
          <TextInput
            label={t('providers.userId')}
            description={t('providers.userIdHint')}
            inputMode="numeric"
            {...form.getInputProps('userId')}
          />
        </SimpleGrid>
        <TextInput
          label={t('providers.proxy')}
          description={t('providers.proxyHint')}
          placeholder="socks5://127.0.0.1:1080"
          {...form.getInputProps('proxyUrl')}
        />
        <Select
          label={t('providers.rotation')}
          description={t('providers.rotationHint')}
          data={rotations}
          allowDeselect={false}
          {...form.getInputProps('rotation')}
        />
        <Switch
          label={t('providers.checksIn')}
          description={t('providers.checksInHint')}
          {...form.getInputProps('checksIn', { type: 'checkbox' })}
        />
        <HeaderFields form={form} />
        <TimeoutFields form={form} />
        <Textarea label={t('providers.remark')} autosize minRows={2} {...form.getInputProps('remark')} />
      </Stack>
    </MoreSettings>
  )
}
