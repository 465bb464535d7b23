import { Input, SimpleGrid, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { PERIODS } from '@/lib/budgets'
import type { KeyValues } from './values'

/** How much may be spent with a key in each kind of period; empty is no limit. */
export function BudgetFields({ form }: { form: UseFormReturnType<KeyValues> }) {
  const { t } = useTranslation()
  return (
    <Input.Wrapper label={t('keys.budget')} labelElement="div" description={t('keys.budgetHint')}>
      <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="sm" mt={6}>
        {PERIODS.map((period) => (
          <TextInput
            key={period}
            aria-label={t(`keys.budgets.${period}`)}
            description={t(`keys.budgets.${period}`)}
            placeholder={t('common.unlimited')}
            leftSection="$"
            inputMode="decimal"
            {...form.getInputProps(`budgets.${period}`)}
          />
        ))}
      </SimpleGrid>
    </Input.Wrapper>
  )
}
