import {
  Autocomplete,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { MoreSettings } from '@/components/MoreSettings'
import { modelNames } from '@/lib/models'
import { PATHS, type SampleValues } from './sample'

interface Props {
  values: SampleValues
  onChange: (part: Partial<SampleValues>) => void
}

const NUMBER = { allowDecimal: false, min: 0, hideControls: true } as const

/** The call that rules are tried on. */
export function SampleForm({ values, onChange }: Props) {
  const { t } = useTranslation()
  const models = useQuery(modelNames).data ?? []
  const number = (field: 'tokens' | 'maxTokens' | 'user') => ({
    ...NUMBER,
    value: values[field],
    onChange: (value: string | number) => onChange({ [field]: typeof value === 'number' ? value : '' }),
  })
  const toggle = (field: 'isStreamed' | 'hasTools' | 'hasImage') => ({
    checked: values[field],
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      onChange({ [field]: event.currentTarget.checked }),
  })
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <Autocomplete
          label={t('rules.sample.model')}
          data={models.filter((name) => !name.includes('*'))}
          limit={50}
          value={values.model}
          onChange={(model) => onChange({ model: model.trim() })}
        />
        <NumberInput
          label={t('rules.sample.tokens')}
          placeholder={t('rules.sample.counted')}
          thousandSeparator=","
          {...number('tokens')}
        />
      </SimpleGrid>
      <Select
        label={t('rules.sample.path')}
        data={[...PATHS]}
        allowDeselect={false}
        value={values.path}
        onChange={(path) => onChange({ path: path ?? PATHS[0] })}
      />
      <TextInput
        label={t('rules.sample.message')}
        value={values.message}
        onChange={(event) => onChange({ message: event.currentTarget.value })}
      />
      <Group gap="lg">
        <Switch label={t('rules.sample.stream')} {...toggle('isStreamed')} />
        <Switch label={t('rules.sample.tools')} {...toggle('hasTools')} />
        <Switch label={t('rules.sample.image')} {...toggle('hasImage')} />
      </Group>
      <MoreSettings>
        <Caller values={values} onChange={onChange} number={number} />
      </MoreSettings>
    </Stack>
  )
}

interface CallerProps extends Props {
  number: (field: 'maxTokens' | 'user') => object
}

function Caller({ values, onChange, number }: CallerProps) {
  const { t } = useTranslation()
  const text = (field: 'key' | 'group' | 'budgetLeft') => ({
    value: values[field],
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      onChange({ [field]: event.currentTarget.value }),
  })
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput label={t('rules.sample.key')} {...text('key')} />
        <TextInput label={t('rules.sample.group')} placeholder="default" {...text('group')} />
        <NumberInput label={t('rules.sample.user')} {...number('user')} />
        <TextInput
          label={t('rules.sample.budgetLeft')}
          leftSection="$"
          inputMode="decimal"
          placeholder={t('common.unlimited')}
          {...text('budgetLeft')}
        />
        <NumberInput label={t('rules.sample.maxTokens')} {...number('maxTokens')} />
      </SimpleGrid>
      <Textarea
        label={t('rules.sample.headers')}
        placeholder={'x-team: red\nuser-agent: claude-cli/2.0'}
        autosize
        minRows={2}
        value={values.headers}
        onChange={(event) => onChange({ headers: event.currentTarget.value })}
      />
    </Stack>
  )
}
