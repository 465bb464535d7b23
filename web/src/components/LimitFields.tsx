import { NumberInput, SimpleGrid } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useTranslation } from 'react-i18next'

/** The part of a form that says how much may be asked for; empty is no limit. */
export interface LimitValues {
  requestsPerMinute: number | ''
  tokensPerMinute: number | ''
  concurrency: number | ''
}

const FIELDS = ['requestsPerMinute', 'tokensPerMinute', 'concurrency'] as const

interface Props {
  form: Pick<UseFormReturnType<LimitValues>, 'values' | 'errors'> & {
    setFieldValue: (field: keyof LimitValues, value: number | '') => void
  }
}

/** Fields for how much may be asked for. */
export function LimitFields({ form }: Props) {
  const { t } = useTranslation()
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
      {FIELDS.map((field) => (
        <NumberInput
          key={field}
          label={t(`limits.${field}`)}
          placeholder={t('common.unlimited')}
          min={0}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          hideControls
          value={form.values[field]}
          error={form.errors[field]}
          onChange={(value) => form.setFieldValue(field, typeof value === 'number' ? value : '')}
        />
      ))}
    </SimpleGrid>
  )
}
