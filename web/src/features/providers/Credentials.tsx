import {
  Alert,
  Badge,
  Button,
  Menu,
  Modal,
  NumberInput,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconPencil, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Column, DataTable } from '@/components/DataTable'
import { FormError } from '@/components/FormError'
import { ItemMenu } from '@/components/ItemMenu'
import { Section } from '@/components/Section'
import { useDeleted, useUndoableDelete } from '@/components/undo'
import { useComplain, useExplain } from '@/lib/errors'
import { type Credential, credentialList, deleteCredential, type Provider, useCredential } from './queries'

/** The secrets of a provider. */
export function Credentials({ of: provider }: { of: Provider }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const found = useQuery(credentialList(provider.id))
  const deleted = useDeleted()
  const [edited, setEdited] = useState<Credential | 'new' | null>(null)
  const columns = useColumns(provider, setEdited)
  const rows = found.data?.filter(({ id }) => !deleted.has(`credential-${id}`))
  const add = (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconPlus size={14} aria-hidden />}
      disabled={provider.origin === 'file'}
      onClick={() => setEdited('new')}
    >
      {t('providers.credentials.add')}
    </Button>
  )
  return (
    <Section title={t('providers.credentials.title')} about={t('providers.credentials.about')} actions={add}>
      {found.isError && <Alert color="red">{explain(found.error)}</Alert>}
      {rows?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('providers.credentials.none')}
        </Text>
      )}
      {!found.isError && rows?.length !== 0 && (
        <DataTable
          label={t('providers.credentials.title')}
          columns={columns}
          rows={rows}
          rowId={({ id }) => id}
          isMuted={({ status }) => status !== 1}
        />
      )}
      <Modal
        opened={edited !== null}
        onClose={() => setEdited(null)}
        title={edited === 'new' ? t('providers.credentials.add') : t('common.edit')}
      >
        {edited !== null && (
          <CredentialForm provider={provider.id} of={edited} onDone={() => setEdited(null)} />
        )}
      </Modal>
    </Section>
  )
}

function useColumns(provider: Provider, edit: (credential: Credential) => void): Column<Credential>[] {
  const { t } = useTranslation()
  return [
    {
      id: 'name',
      header: t('providers.name'),
      role: 'title',
      cell: (credential) => (
        <div>
          <Text size="sm" fw={550}>
            {credential.name}
          </Text>
          <Text size="xs" c="dimmed" ff="monospace">
            {credential.sk_key}
          </Text>
        </div>
      ),
    },
    {
      id: 'status',
      header: t('providers.status'),
      cell: ({ status }) => (
        <Badge color={status === 1 ? 'teal' : 'gray'}>
          {status === 1 ? t('common.enabled') : t('common.disabled')}
        </Badge>
      ),
    },
    { id: 'group', header: t('providers.credentials.group'), cell: ({ group_name: group }) => group || '—' },
    { id: 'priority', header: t('providers.priority'), align: 'right', cell: ({ priority }) => priority },
    { id: 'weight', header: t('providers.weight'), align: 'right', cell: ({ weight }) => weight },
    {
      id: 'actions',
      header: t('common.actions'),
      role: 'actions',
      cell: (credential) => (
        <CredentialMenu of={credential} provider={provider.id} onEdit={() => edit(credential)} />
      ),
    },
  ]
}

function CredentialMenu({
  of: credential,
  provider,
  onEdit,
}: {
  of: Credential
  provider: number
  onEdit: () => void
}) {
  const { t } = useTranslation()
  const { update } = useCredential(provider)
  const remove = useUndoableDelete()
  const complain = useComplain()
  const toggle = () => {
    const status = credential.status === 1 ? 2 : 1
    update.mutate({ id: credential.id, body: { status } }, { onError: complain })
  }
  const doom = () =>
    remove({
      id: `credential-${credential.id}`,
      name: credential.name,
      remove: () => deleteCredential(credential.id),
      queryKey: ['providers'],
    })
  return (
    <ItemMenu item={credential} onToggle={toggle} onDelete={doom}>
      <Menu.Item
        disabled={credential.origin === 'file'}
        leftSection={<IconPencil size={16} aria-hidden />}
        onClick={onEdit}
      >
        {t('common.edit')}
      </Menu.Item>
    </ItemMenu>
  )
}

function CredentialForm({
  provider,
  of: edited,
  onDone,
}: {
  provider: number
  of: Credential | 'new'
  onDone: () => void
}) {
  const { t } = useTranslation()
  const { create, update } = useCredential(provider)
  const isNew = edited === 'new'
  const form = useForm<{
    name: string
    key: string
    group: string
    priority: number | ''
    weight: number | ''
  }>({
    initialValues: isNew
      ? { name: '', key: '', group: '', priority: '', weight: '' }
      : {
          name: edited.name,
          key: '',
          group: edited.group_name,
          priority: edited.priority,
          weight: edited.weight,
        },
  })
  const submit = form.onSubmit(({ name, key, group, priority, weight }) => {
    const body = {
      ...(name.trim() !== '' && { name: name.trim() }),
      ...(key.trim() !== '' && { key: key.trim() }),
      ...(priority !== '' && { priority }),
      ...(weight !== '' && { weight }),
      group_name: group.trim(),
    }
    if (isNew) create.mutate(body, { onSuccess: onDone })
    else update.mutate({ id: edited.id, body }, { onSuccess: onDone })
  })
  const error = create.error ?? update.error
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormError error={error} />
        <PasswordInput
          label={t('providers.key')}
          description={isNew ? undefined : t('providers.credentials.keep')}
          required={isNew}
          autoComplete="off"
          data-autofocus
          visibilityToggleButtonProps={{ 'aria-label': t('providers.showKey') }}
          {...form.getInputProps('key')}
        />
        <TextInput label={t('providers.name')} placeholder="default" {...form.getInputProps('name')} />
        <TextInput
          label={t('providers.credentials.group')}
          description={t('providers.credentials.groupHint')}
          {...form.getInputProps('group')}
        />
        <SimpleGrid cols={2}>
          <NumberInput
            label={t('providers.priority')}
            hideControls
            allowDecimal={false}
            {...form.getInputProps('priority')}
          />
          <NumberInput
            label={t('providers.weight')}
            min={0}
            hideControls
            allowDecimal={false}
            {...form.getInputProps('weight')}
          />
        </SimpleGrid>
        <Button type="submit" loading={create.isPending || update.isPending}>
          {t('common.save')}
        </Button>
      </Stack>
    </form>
  )
}
