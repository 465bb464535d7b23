import { ActionIcon, Menu } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDots, IconLock, IconPower, IconTrash } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useConfirm } from '@/components/confirm'
import { useUndoableDelete } from '@/components/undo'
import { accountOfUser } from '@/lib/accounts'
import { useComplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { isRoot, type User, useUser } from '@/lib/session'
import { NewPassword } from './NewPassword'
import { deleteUser, mayTouch, useUsers } from './queries'

interface Props {
  of: User
  /** How the button looks: `row` in a list, `page` beside other buttons. */
  place?: 'row' | 'page'
  /** What is done once the user is gone from the page. */
  onGone?: () => void
}

/** What can be done with a user. */
export function UserMenu({ of: user, place = 'row', onGone }: Props) {
  const { t } = useTranslation()
  const me = useUser()
  const { update } = useUsers()
  const complain = useComplain()
  const remove = useDeleteUser(onGone)
  const [isOpen, password] = useDisclosure(false)
  const isOutOfReach = !mayTouch(me, user)
  // The owner can be neither banned nor deleted, not even by themselves.
  const isKept = isOutOfReach || isRoot(user)
  const look =
    place === 'row'
      ? ({ variant: 'subtle', color: 'gray' } as const)
      : ({ variant: 'default', size: 'input-sm' } as const)
  const toggle = () =>
    update.mutate({ id: user.id, status: user.status === 1 ? 2 : 1 }, { onError: complain })
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <ActionIcon {...look} aria-label={t('common.actionsOf', { name: user.username })}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isOutOfReach && <Menu.Label>{t('users.outOfReach')}</Menu.Label>}
          {!isOutOfReach && isKept && <Menu.Label>{t('users.rootStays')}</Menu.Label>}
          <Menu.Item
            disabled={isOutOfReach}
            leftSection={<IconLock size={16} aria-hidden />}
            onClick={password.open}
          >
            {t('users.newPassword')}
          </Menu.Item>
          <Menu.Item disabled={isKept} leftSection={<IconPower size={16} aria-hidden />} onClick={toggle}>
            {user.status === 1 ? t('users.ban') : t('users.unban')}
          </Menu.Item>
          <Menu.Item
            disabled={isKept}
            color="red"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => remove(user)}
          >
            {t('common.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <NewPassword of={user} isOpen={isOpen} onClose={password.close} />
    </>
  )
}

/** Returns a way to delete a user, which asks first where money is on the account. */
function useDeleteUser(onGone: (() => void) | undefined): (user: User) => void {
  const { t } = useTranslation()
  const format = useFormat()
  const client = useQueryClient()
  const confirm = useConfirm()
  const complain = useComplain()
  const remove = useUndoableDelete()
  const doom = (user: User) => {
    remove({
      id: `user-${user.id}`,
      name: user.username,
      remove: () => deleteUser(user.id),
      queryKey: ['users'],
    })
    onGone?.()
  }
  return (user) => {
    if (!user.billed) {
      doom(user)
      return
    }
    client
      .query(accountOfUser(user.id))
      .then(({ posted_micros: left }) => {
        if (left === 0) doom(user)
        else
          confirm({
            title: t('users.deleteTitle', { name: user.username }),
            text: t('users.deleteText', { name: user.username, amount: format.exactMoney(left) }),
            act: t('common.delete'),
            isDangerous: true,
            onAct: () => doom(user),
          })
      })
      .catch(complain)
  }
}
