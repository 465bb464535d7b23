import { Button, Drawer, Menu, Modal, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import {
  IconCalendarCheck,
  IconCloudDown,
  IconCoin,
  IconPencil,
  IconPlayerPlay,
  IconRefresh,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { FormError } from '@/components/FormError'
import { ItemMenu } from '@/components/ItemMenu'
import { useUndoableDelete } from '@/components/undo'
import { sentence, useComplain } from '@/lib/errors'
import { DiscoveryResult } from './DiscoveryResult'
import { MoreFields, ParamFields } from './ProviderFields'
import {
  deleteProvider,
  type Provider,
  useCheckin,
  useDiscover,
  useSync,
  useSyncPrices,
  useUpdateProvider,
  vendorList,
} from './queries'
import { SyncModal } from './SyncModal'
import { TrialDrawer } from './TrialDrawer'
import { bodyOf, type ProviderValues, valuesOf } from './values'

/** What can be done with a provider. */
export function ProviderActions({ of: provider }: { of: Provider }) {
  const { t } = useTranslation()
  const [isEditing, edit] = useDisclosure(false)
  const [isAsking, asking] = useDisclosure(false)
  const [isTrying, trial] = useDisclosure(false)
  const discover = useDiscover()
  const isFile = provider.origin === 'file'
  const ask = () => {
    asking.open()
    discover.mutate(provider.id)
  }
  return (
    <>
      <Button leftSection={<IconRefresh size={16} aria-hidden />} onClick={ask} disabled={isFile}>
        {t('providers.discover')}
      </Button>
      <Button variant="default" leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={trial.open}>
        {t('providers.trial.open')}
      </Button>
      <Button
        variant="default"
        leftSection={<IconPencil size={16} aria-hidden />}
        onClick={edit.open}
        disabled={isFile}
      >
        {t('common.edit')}
      </Button>
      <OtherActions of={provider} />
      <TrialDrawer provider={provider} isOpen={isTrying} onClose={trial.close} />
      <Modal opened={isAsking} onClose={asking.close} size="lg" title={t('providers.discover')}>
        <DiscoveryResult
          isBusy={discover.isPending}
          error={discover.error}
          found={discover.data}
          onRetry={() => discover.mutate(provider.id)}
        />
      </Modal>
      <Drawer
        opened={isEditing}
        onClose={edit.close}
        size="lg"
        title={t('providers.editing', { name: provider.name })}
      >
        <EditForm of={provider} onDone={edit.close} />
      </Drawer>
    </>
  )
}

function OtherActions({ of: provider }: { of: Provider }) {
  const { t } = useTranslation()
  const go = useNavigate()
  const update = useUpdateProvider()
  const prices = useSyncPrices()
  const remove = useUndoableDelete()
  const complain = useComplain()
  const toggle = () =>
    update.mutate({ id: provider.id, status: provider.status === 1 ? 2 : 1 }, { onError: complain })
  const doom = () => {
    remove({
      id: `provider-${provider.id}`,
      name: provider.name,
      remove: () => deleteProvider(provider.id),
      queryKey: ['providers'],
    })
    void go({ to: '/providers' })
  }
  const sync = () =>
    prices.mutate(provider.id, {
      onError: complain,
      onSuccess: ({ models, changed }) =>
        notifications.show({ message: t('providers.pricesRead', { models, changed }) }),
    })
  const [isSyncing, syncing] = useDisclosure(false)
  const all = useSync()
  const syncAll = () => {
    syncing.open()
    all.mutate(provider.id)
  }
  const checkin = useCheckin()
  const checkIn = () =>
    checkin.mutate(provider.id, {
      onError: complain,
      onSuccess: ({ item }) =>
        notifications.show({ title: t('providers.checkedIn'), message: sentence(item.message) }),
    })
  return (
    <>
      <ItemMenu item={provider} place="page" onToggle={toggle} onDelete={doom}>
        <Menu.Item leftSection={<IconCloudDown size={16} aria-hidden />} onClick={syncAll}>
          {t('providers.sync')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconCalendarCheck size={16} aria-hidden />}
          disabled={!provider.checkin_enabled || checkin.isPending}
          onClick={checkIn}
        >
          {t('providers.checkIn')}
        </Menu.Item>
        <Menu.Item leftSection={<IconCoin size={16} aria-hidden />} onClick={sync}>
          {t('providers.syncPrices')}
        </Menu.Item>
      </ItemMenu>
      <SyncModal sync={all} provider={provider.id} isOpen={isSyncing} onClose={syncing.close} />
    </>
  )
}

function EditForm({ of: provider, onDone }: { of: Provider; onDone: () => void }) {
  const { t } = useTranslation()
  const update = useUpdateProvider()
  const vendor = useQuery(vendorList).data?.find(({ name }) => name === provider.vendor)
  const form = useForm<ProviderValues>({ initialValues: valuesOf(provider) })
  const saved = () => {
    notifications.show({ message: t('common.saved') })
    onDone()
  }
  return (
    <form
      onSubmit={form.onSubmit((values) =>
        update.mutate({ ...bodyOf(values), id: provider.id }, { onSuccess: saved }),
      )}
    >
      <Stack>
        <FormError error={update.error} />
        <TextInput label={t('providers.name')} required data-autofocus {...form.getInputProps('name')} />
        <TextInput label={t('providers.baseUrl')} {...form.getInputProps('baseUrl')} />
        {vendor && <ParamFields form={form} vendor={vendor} />}
        <MoreFields form={form} />
        <Button type="submit" loading={update.isPending}>
          {t('common.save')}
        </Button>
      </Stack>
    </form>
  )
}
