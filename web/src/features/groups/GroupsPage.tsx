import { ActionIcon, Button, Drawer, Menu, Text } from '@mantine/core'
import { IconDots, IconPencil, IconPlus, IconTrash, IconUsersGroup } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useConfirm } from '@/components/confirm'
import type { Column } from '@/components/DataTable'
import { Page } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { EmptyState } from '@/components/States'
import { useComplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { GroupForm } from './GroupForm'
import { type Group, groupList, useDeleteGroup } from './queries'

const route = getRouteApi('/shell/admin/groups')

/** Users that pay the same, and how much they may ask for together. */
export function GroupsPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const go = route.useNavigate()
  const found = useInfiniteQuery(groupList)
  const [edited, setEdited] = useState<Group | null>(null)
  const columns = useColumns(setEdited)
  const rows = found.data?.pages.flatMap((page) => page.items)
  const shown = search.new === true ? 'new' : edited
  const close = () => {
    setEdited(null)
    if (search.new === true) void go({ search: {}, replace: true })
  }
  const add = (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => void go({ search: { new: true } })}
    >
      {t('groups.new')}
    </Button>
  )
  return (
    <Page title={t('groups.title')} about={t('groups.about')} actions={rows?.length === 0 ? undefined : add}>
      <PagedTable
        found={found}
        empty={
          <EmptyState icon={IconUsersGroup} title={t('groups.empty')} actions={add}>
            {t('groups.emptyHint')}
          </EmptyState>
        }
        label={t('groups.title')}
        columns={columns}
        rows={rows}
        rowId={({ name }) => name}
        onOpen={setEdited}
      />
      <Drawer opened={shown !== null} onClose={close} title={shown === 'new' ? t('groups.new') : shown?.name}>
        {shown && <GroupForm of={shown} taken={rows?.map(({ name }) => name) ?? []} onDone={close} />}
      </Drawer>
    </Page>
  )
}

function useColumns(edit: (group: Group) => void): Column<Group>[] {
  const { t } = useTranslation()
  const format = useFormat()
  const limit = (value: number | null) => (value === null ? t('common.unlimited') : format.number(value))
  return [
    {
      id: 'name',
      header: t('groups.name'),
      role: 'title',
      cell: ({ name, remark }) => (
        <div>
          <Text size="sm" fw={550}>
            {name}
          </Text>
          {remark !== '' && (
            <Text size="xs" c="dimmed">
              {remark}
            </Text>
          )}
        </div>
      ),
    },
    {
      id: 'factor',
      header: t('groups.factor'),
      align: 'right',
      cell: ({ multiplier }) => <span className="numbers">× {multiplier}</span>,
    },
    {
      id: 'requests',
      header: t('limits.requestsPerMinute'),
      align: 'right',
      cell: ({ limits }) => limit(limits.requests_per_minute),
    },
    {
      id: 'tokens',
      header: t('limits.tokensPerMinute'),
      align: 'right',
      cell: ({ limits }) => limit(limits.tokens_per_minute),
    },
    {
      id: 'calls',
      header: t('limits.concurrency'),
      align: 'right',
      cell: ({ limits }) => limit(limits.concurrency),
    },
    {
      id: 'actions',
      header: t('common.actions'),
      role: 'actions',
      cell: (group) => <GroupMenu of={group} onEdit={() => edit(group)} />,
    },
  ]
}

function GroupMenu({ of: group, onEdit }: { of: Group; onEdit: () => void }) {
  const { t } = useTranslation()
  const confirm = useConfirm()
  const complain = useComplain()
  const remove = useDeleteGroup()
  // Not undone later but asked first: the gateway refuses while somebody is in the group, and says who.
  const ask = () =>
    confirm({
      title: t('groups.deleteTitle', { name: group.name }),
      text: t('groups.deleteText'),
      act: t('common.delete'),
      isDangerous: true,
      onAct: () => remove.mutate(group.name, { onError: complain }),
    })
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('common.actionsOf', { name: group.name })}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={onEdit}>
          {t('common.edit')}
        </Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={ask}>
          {t('common.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
