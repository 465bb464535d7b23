import { Button, Group, Modal, Skeleton, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Section } from '@/components/Section'
import { type BudgetScope, budgetsOf } from '@/lib/budgets'
import { useExplain } from '@/lib/errors'
import { isAdmin, useUser } from '@/lib/session'
import { BudgetBar, usePeriod } from './BudgetBar'
import { BudgetForm } from './BudgetForm'
import { BudgetMenu } from './BudgetMenu'

interface Props {
  scope: BudgetScope
  id: number
  /** What is limited, for people. */
  name: string
}

/** How much one key or user may spend, by period. */
export function OwnerBudgets({ scope, id, name }: Props) {
  const { t } = useTranslation()
  const explain = useExplain()
  const user = useUser()
  const period = usePeriod()
  const budgets = useQuery(budgetsOf(scope, id))
  const [isOpen, form] = useDisclosure(false)
  // Whoever is limited may look at the limit, and not lift it.
  const mayChange = scope === 'key' || isAdmin(user)
  const add = (
    <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={form.open}>
      {t('budgets.add')}
    </Button>
  )
  return (
    <Section title={t('budgets.title')} about={t('budgets.aboutOne')} actions={mayChange ? add : undefined}>
      {budgets.isPending && <Skeleton height={40} />}
      {budgets.isError && <Text c="red">{explain(budgets.error)}</Text>}
      {budgets.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('budgets.none')}
        </Text>
      )}
      {budgets.data?.map((budget) => (
        <div key={budget.id}>
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm" fw={550}>
              {period(budget)}
            </Text>
            {mayChange && <BudgetMenu of={budget} owner={name} />}
          </Group>
          <BudgetBar of={budget} label={period(budget)} />
        </div>
      ))}
      <Modal opened={isOpen} onClose={form.close} title={t('budgets.addFor', { name })}>
        <BudgetForm scope={scope} owner={id} onDone={form.close} />
      </Modal>
    </Section>
  )
}
