import { Button, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type BudgetScope, PERIODS, useBudgets } from '@/lib/budgets'
import { browserZone, readMoney, timeZones } from '@/lib/format'
import { newId } from '@/lib/ids'
import { FormError } from '../FormError'

const ZONES = timeZones()

interface Props {
  scope: BudgetScope
  /** Whose spending is limited; `null` until somebody was chosen. */
  owner: number | null
  /** Where the owner is chosen, if it is not known. */
  children?: ReactNode
  onDone: () => void
}

/** A budget to make. */
export function BudgetForm({ scope, owner, children, onDone }: Props) {
  const { t } = useTranslation()
  const { create } = useBudgets()
  // One for the whole form: however often it is sent, the budget is made once.
  const [key] = useState(newId)
  const form = useForm({
    initialValues: { limit: '', period: 'month', zone: browserZone() },
    validate: { limit: (text) => (readMoney(text) === null ? t('budgets.noAmount') : null) },
  })
  const submit = form.onSubmit(({ limit, period, zone }) => {
    if (owner === null) return
    const body = {
      owner_id: owner,
      scope,
      limit_micros: readMoney(limit) ?? 0,
      period: PERIODS.find((name) => name === period) ?? 'month',
      zone,
    }
    create.mutate({ key, body }, { onSuccess: onDone })
  })
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormError error={create.error} />
        {children}
        <TextInput
          label={t('budgets.limit')}
          leftSection="$"
          inputMode="decimal"
          withAsterisk
          {...(owner !== null && { 'data-autofocus': true })}
          {...form.getInputProps('limit')}
        />
        <Select
          label={t('budgets.period')}
          data={PERIODS.map((value) => ({ value, label: t(`budgets.periods.${value}`) }))}
          allowDeselect={false}
          {...form.getInputProps('period')}
        />
        {form.values.period !== 'total' && (
          <Select
            label={t('budgets.zone')}
            description={t('budgets.zoneHint')}
            data={[...new Set([form.values.zone, ...ZONES])]}
            searchable
            allowDeselect={false}
            limit={50}
            {...form.getInputProps('zone')}
          />
        )}
        <Button type="submit" loading={create.isPending} disabled={owner === null}>
          {t('budgets.add')}
        </Button>
      </Stack>
    </form>
  )
}
