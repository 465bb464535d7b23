import { Badge, Button, Drawer, Group, Select, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconSearchOff, IconUserPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Column } from '@/components/DataTable'
import { LinkAnchor } from '@/components/Links'
import { Page } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { SearchInput } from '@/components/SearchInput'
import { EmptyState } from '@/components/States'
import { useDeleted } from '@/components/undo'
import { useFormat } from '@/lib/format'
import type { User } from '@/lib/session'
import { userList, useUsers } from './queries'
import { roleOf, ROLES } from './roles'
import type { UserSearch } from './search'
import { UserForm } from './UserForm'
import { UserMenu } from './UserMenu'
import { NEW_USER, newBodyOf } from './values'

const route = getRouteApi('/shell/admin/users')

/** Who may use this installation. */
export function UsersPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const go = route.useNavigate()
  const found = useInfiniteQuery(userList(search))
  const deleted = useDeleted()
  const columns = useColumns()
  const rows = found.data?.pages.flatMap((page) => page.items).filter(({ id }) => !deleted.has(`user-${id}`))
  const change = (part: UserSearch) => void go({ search: { ...search, ...part }, replace: true })
  const add = (
    <Button
      leftSection={<IconUserPlus size={16} aria-hidden />}
      onClick={() => void go({ search: { ...search, new: true } })}
    >
      {t('users.new')}
    </Button>
  )
  return (
    <Page title={t('users.title')} about={t('users.about')} actions={add}>
      <Group gap="xs">
        <SearchInput
          label={t('users.search')}
          value={search.q ?? ''}
          maw={360}
          onSearch={(q) => change({ q: q === '' ? undefined : q })}
        />
        <Select
          aria-label={t('users.role')}
          placeholder={t('users.anyRole')}
          clearable
          data={ROLES.map(({ number, name }) => ({ value: String(number), label: t(`users.roles.${name}`) }))}
          value={search.role === undefined ? null : String(search.role)}
          onChange={(value) => change({ role: value === null ? undefined : Number(value) })}
        />
      </Group>
      <PagedTable
        found={found}
        empty={
          <EmptyState icon={IconSearchOff} title={t('users.nothing')}>
            {t('users.nothingHint')}
          </EmptyState>
        }
        label={t('users.title')}
        columns={columns}
        rows={rows}
        rowId={({ id }) => id}
        isMuted={({ status }) => status !== 1}
        onOpen={({ id }) => void go({ to: '/users/$id', params: { id: String(id) } })}
      />
      <Drawer
        opened={search.new === true}
        onClose={() => change({ new: undefined })}
        size="lg"
        title={t('users.new')}
      >
        <NewUser />
      </Drawer>
    </Page>
  )
}

function NewUser() {
  const { t } = useTranslation()
  const go = route.useNavigate()
  const { create } = useUsers()
  const made = (user: User) => {
    notifications.show({ message: t('users.made', { name: user.username }) })
    void go({ to: '/users/$id', params: { id: String(user.id) } })
  }
  return (
    <UserForm
      initial={NEW_USER}
      isNew
      act={t('users.create')}
      isBusy={create.isPending}
      error={create.error}
      onSubmit={(values) => create.mutate(newBodyOf(values), { onSuccess: made })}
    />
  )
}

function useColumns(): Column<User>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { id: 'name', header: t('users.username'), role: 'title', cell: (user) => <Name of={user} /> },
    { id: 'role', header: t('users.role'), cell: (user) => <Role of={user} /> },
    { id: 'status', header: t('users.status'), cell: (user) => <UserStatus of={user} /> },
    { id: 'group', header: t('users.group'), cell: ({ group }) => group },
    {
      id: 'billed',
      header: t('users.pays'),
      cell: ({ billed }) => (billed ? t('users.paysSelf') : t('users.paysOperator')),
    },
    {
      id: 'created',
      header: t('users.created'),
      isMinor: true,
      cell: ({ created_at: at }) => format.date(at),
    },
    { id: 'actions', header: t('common.actions'), role: 'actions', cell: (user) => <UserMenu of={user} /> },
  ]
}

function Name({ of: user }: { of: User }) {
  const more = [user.display_name, user.email].filter((text) => text !== '' && text !== user.username)
  return (
    <div>
      <LinkAnchor to="/users/$id" params={{ id: String(user.id) }} fw={550} c="inherit">
        {user.username}
      </LinkAnchor>
      {more.length > 0 && (
        <Text size="xs" c="dimmed">
          {more.join(' · ')}
        </Text>
      )}
    </div>
  )
}

/** What somebody may do here. */
export function Role({ of: { role } }: { of: User }) {
  const { t } = useTranslation()
  const name = roleOf(role)
  return (
    <Badge color={name === 'root' || name === 'admin' ? 'accent' : 'gray'}>{t(`users.roles.${name}`)}</Badge>
  )
}

/** Whether somebody may come in. */
export function UserStatus({ of: { status } }: { of: User }) {
  const { t } = useTranslation()
  return (
    <Badge color={status === 1 ? 'teal' : 'gray'}>
      {status === 1 ? t('common.enabled') : t('users.banned')}
    </Badge>
  )
}
