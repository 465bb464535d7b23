import { ActionIcon, Button, Group, Modal, Progress, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Section } from '@/components/Section'
import { useConfirm } from '@/components/confirm'
import type { Schemas } from '@/lib/api'
import { useComplain, useExplain } from '@/lib/errors'
import { browserZone, readMoney, useFormat } from '@/lib/format'
import classes from './KeyBudgets.module.css'
import { keyBudgets, useBudget } from './queries'

const PERIODS = ['day', 'week', 'month', 'total'] as const

/** How much may be spent with a key, by period. */
export function KeyBudgets({ id }: { id: number }) {
  const { t } = useTranslation()
  const budgets = useQuery(keyBudgets(id))
  const [isOpen, form] = useDisclosure(false)
  const add = (
    <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={form.open}>
      {t('keys.budgets.add')}
    </Button>
  )
  return (
    <Section title={t('keys.budgets.title')} about={t('keys.budgets.about')} actions={add}>
      {budgets.isError && <Text c="red">{t('errors.title')}</Text>}
      {budgets.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('keys.budgets.none')}
        </Text>
      )}
      {budgets.data?.map((budget) => (
        <Budget key={budget.id} budget={budget} owner={id} />
      ))}
      <Modal
        opened={isOpen}
        onClose={form.close}
        title={t('keys.budgets.add')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <BudgetForm id={id} onDone={form.close} />
      </Modal>
    </Section>
  )
}

function Budget({ budget, owner }: { budget: Schemas['BudgetView']; owner: number }) {
  const { t } = useTranslation()
  const format = useFormat()
  const confirm = useConfirm()
  const complain = useComplain()
  const { remove } = useBudget(owner)
  const used = budget.limit_micros > 0 ? Math.min(1, budget.drawn_micros / budget.limit_micros) : 1
  const period = PERIODS.find((name) => name === budget.period) ?? 'total'
  const ask = () =>
    confirm({
      title: t('keys.budgets.deleteTitle'),
      text: t('keys.budgets.deleteText'),
      act: t('common.delete'),
      isDangerous: true,
      onAct: () => remove.mutate(budget.id, { onError: complain }),
    })
  return (
    <div className={classes.budget}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={500}>
          {t(`keys.budgets.${period}`)}
        </Text>
        <Group gap="xs" wrap="nowrap">
          <Text size="sm" className="numbers">
            {t('keys.budgets.used', {
              drawn: format.money(budget.drawn_micros),
              limit: format.money(budget.limit_micros),
            })}
          </Text>
          <ActionIcon variant="subtle" color="gray" onClick={ask} aria-label={t('keys.budgets.deleteTitle')}>
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      </Group>
      <Progress
        value={used * 100}
        color={used >= 1 ? 'red' : 'accent'}
        aria-label={t(`keys.budgets.${period}`)}
      />
    </div>
  )
}

function BudgetForm({ id, onDone }: { id: number; onDone: () => void }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { create } = useBudget(id)
  const form = useForm({
    initialValues: { limit: '', period: 'month' },
    validate: { limit: (text) => (readMoney(text) === null ? t('keys.budgets.noAmount') : null) },
  })
  const submit = form.onSubmit(({ limit, period }) => {
    const body: Schemas['NewBudgetInput'] = {
      owner_id: id,
      scope: 'key',
      limit_micros: readMoney(limit) ?? 0,
      period: PERIODS.find((name) => name === period) ?? 'month',
      zone: browserZone(),
    }
    create.mutate(body, { onSuccess: onDone })
  })
  const periods = PERIODS.map((value) => ({ value, label: t(`keys.budgets.${value}`) }))
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('keys.budgets.limit')}
          leftSection="$"
          inputMode="decimal"
          data-autofocus
          {...form.getInputProps('limit')}
          error={create.isError ? explain(create.error) : form.errors['limit']}
        />
        <Select
          label={t('keys.budgets.period')}
          data={periods}
          allowDeselect={false}
          {...form.getInputProps('period')}
        />
        <Button type="submit" loading={create.isPending}>
          {t('keys.budgets.add')}
        </Button>
      </Stack>
    </form>
  )
}
