import { Button, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { type Budget, useBudgets } from '@/lib/budgets'
import { useExplain } from '@/lib/errors'
import { moneyInput, readMoney } from '@/lib/format'

/** Another limit for a budget; it holds for the period at hand too. */
export function EditBudget({ of: budget, onDone }: { of: Budget; onDone: () => void }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { update } = useBudgets()
  const form = useForm({
    initialValues: { limit: moneyInput(budget.limit_micros) },
    validate: { limit: (text) => (readMoney(text) === null ? t('budgets.noAmount') : null) },
  })
  const submit = form.onSubmit(({ limit }) =>
    update.mutate({ id: budget.id, limit: readMoney(limit) ?? budget.limit_micros }, { onSuccess: onDone }),
  )
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('budgets.limit')}
          description={t('budgets.editHint')}
          leftSection="$"
          inputMode="decimal"
          data-autofocus
          {...form.getInputProps('limit')}
          error={update.isError ? explain(update.error) : form.errors['limit']}
        />
        <Button type="submit" loading={update.isPending}>
          {t('common.save')}
        </Button>
      </Stack>
    </form>
  )
}
