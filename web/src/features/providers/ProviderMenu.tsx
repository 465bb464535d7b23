import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconPower, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useUndoableDelete } from '@/components/undo'
import { useComplain } from '@/lib/errors'
import { deleteProvider, type Provider, useUpdateProvider } from './queries'

/** What can be done with a provider from the list. */
export function ProviderMenu({ of: provider }: { of: Provider }) {
  const { t } = useTranslation()
  const update = useUpdateProvider()
  const remove = useUndoableDelete()
  const complain = useComplain()
  const isFile = provider.origin === 'file'
  const isOn = provider.status === 1
  const toggle = () => update.mutate({ id: provider.id, status: isOn ? 2 : 1 }, { onError: complain })
  const doom = () =>
    remove({
      id: `provider-${provider.id}`,
      name: provider.name,
      remove: () => deleteProvider(provider.id),
      queryKey: ['providers'],
    })
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('providers.actionsOf', { name: provider.name })}
        >
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {isFile && <Menu.Label>{t('common.readOnly')}</Menu.Label>}
        <Menu.Item disabled={isFile} leftSection={<IconPower size={16} aria-hidden />} onClick={toggle}>
          {isOn ? t('common.disable') : t('common.enable')}
        </Menu.Item>
        <Menu.Item
          disabled={isFile}
          color="red"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={doom}
        >
          {t('common.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
