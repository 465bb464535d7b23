import { ActionIcon, Menu, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useConfirm } from '@/components/confirm'
import { type Budget, useBudgets } from '@/lib/budgets'
import { useComplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { usePeriod } from './BudgetBar'
import { EditBudget } from './EditBudget'

interface Props {
  of: Budget
  /** What is limited, for people. */
  owner: string
}

/** What can be done with a budget. */
export function BudgetMenu({ of: budget, owner }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const period = usePeriod()
  const confirm = useConfirm()
  const complain = useComplain()
  const { remove } = useBudgets()
  const [isOpen, form] = useDisclosure(false)
  const name = `${owner} · ${period(budget)}`
  const ask = () =>
    confirm({
      title: t('budgets.deleteTitle'),
      text: t('budgets.deleteText', { owner, limit: format.exactMoney(budget.limit_micros) }),
      act: t('common.delete'),
      isDangerous: true,
      onAct: () => remove.mutate(budget.id, { onError: complain }),
    })
  return (
    <>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('common.actionsOf', { name })}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={form.open}>
            {t('budgets.edit')}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={ask}>
            {t('common.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={isOpen} onClose={form.close} title={name}>
        <EditBudget of={budget} onDone={form.close} />
      </Modal>
    </>
  )
}
