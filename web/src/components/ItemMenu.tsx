import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconPower, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

interface ItemMenuProps {
  /** What it is about; what stands in the configuration file cannot be changed here. */
  item: { name: string; origin: string; status: number }
  /** How the button looks: `row` in a list, `page` beside other buttons. */
  place?: 'row' | 'page'
  onToggle: () => void
  onDelete: () => void
  /** Entries of its own, before those that everything has. */
  children?: ReactNode
}

/** What can be done with something that can be switched off and deleted. */
export function ItemMenu({ item, place = 'row', onToggle, onDelete, children }: ItemMenuProps) {
  const { t } = useTranslation()
  const isFile = item.origin === 'file'
  const look =
    place === 'row'
      ? ({ variant: 'subtle', color: 'gray' } as const)
      : ({ variant: 'default', size: 'input-sm' } as const)
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon {...look} aria-label={t('common.actionsOf', { name: item.name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {isFile && <Menu.Label>{t('common.readOnly')}</Menu.Label>}
        {children}
        <Menu.Item disabled={isFile} leftSection={<IconPower size={16} aria-hidden />} onClick={onToggle}>
          {item.status === 1 ? t('common.disable') : t('common.enable')}
        </Menu.Item>
        <Menu.Item
          disabled={isFile}
          color="red"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={onDelete}
        >
          {t('common.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
