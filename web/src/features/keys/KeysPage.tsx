import { Badge, Button, Group, Text, Tooltip } from '@mantine/core'
import { IconKey, IconPlus, IconSearchOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { BulkBar, useSelection } from '@/components/bulk'
import { type Column, DataTable } from '@/components/DataTable'
import { ItemMenu } from '@/components/ItemMenu'
import { KeyName } from '@/components/KeyName'
import { LoadMore } from '@/components/LoadMore'
import { Page } from '@/components/Page'
import { EmptyState, ErrorState } from '@/components/States'
import { useUndoableDelete } from '@/components/undo'
import { useComplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import type { Key, KeyOwner } from '@/lib/keys'
import { isAdmin, useUser } from '@/lib/session'
import { KeyFilters } from './KeyFilters'
import { KeyStatus } from './KeyStatus'
import { NewKey } from './NewKey'
import { deleteKey, useBulkKeys, userNames, useUpdateKey } from './queries'
import { useKeys } from './useKeys'
import { modelsOf } from './values'

const route = getRouteApi('/shell/keys')

const CHOOSING = {
  idOf: ({ id }: Key) => id,
  nameOf: ({ name }: Key) => name,
  canChoose: ({ origin }: Key) => origin !== 'file',
}

/** Keys: the own ones, or for administrators those of all users. */
export function KeysPage() {
  const { t } = useTranslation()
  const user = useUser()
  const search = route.useSearch()
  const go = route.useNavigate()
  const whose = isAdmin(user) && search.whose === 'all' ? 'all' : 'own'
  const keys = useKeys(search, whose)
  const { rows } = keys
  const columns = useColumns(whose)
  const selection = useSelection(rows?.map(({ id }) => id) ?? [])
  const bulk = useBulkKeys()
  const isFiltered = search.q !== undefined || (whose === 'all' && search.user !== undefined)
  const isBare = rows?.length === 0 && !isFiltered && whose === 'own'
  const add = (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => void go({ search: { ...search, new: true } })}
    >
      {t('keys.new')}
    </Button>
  )
  return (
    <Page title={t('keys.title')} about={t('keys.about')} actions={isBare ? undefined : add}>
      {(!isBare || isAdmin(user)) && (
        <KeyFilters
          search={search}
          whose={whose}
          onChange={(next) => void go({ search: next, replace: true })}
        />
      )}
      {keys.error && <ErrorState error={keys.error} onRetry={keys.retry} />}
      {isBare && (
        <EmptyState icon={IconKey} title={t('keys.empty')} actions={add}>
          {t('keys.emptyHint')}
        </EmptyState>
      )}
      {!isBare && rows?.length === 0 && (
        <EmptyState icon={IconSearchOff} title={t('keys.nothing')}>
          {t('keys.nothingHint')}
        </EmptyState>
      )}
      {!keys.error && rows?.length !== 0 && (
        <DataTable
          label={t('keys.title')}
          columns={columns}
          rows={rows}
          rowId={(key) => key.id}
          isMuted={(key) => key.status !== 1}
          selection={{ ...selection, ...CHOOSING }}
          onOpen={(key) => void go({ to: '/keys/$id', params: { id: String(key.id) } })}
        />
      )}
      {!keys.isWhole && (
        <Text size="xs" c="dimmed">
          {t('keys.notAll')}
        </Text>
      )}
      <BulkBar selection={selection} act={bulk.mutateAsync} />
      <LoadMore hasMore={keys.hasMore} isLoading={keys.isLoadingMore} onMore={keys.more} />
      <NewKey
        isOpen={search.new === true}
        onClose={() => void go({ search: { ...search, new: undefined } })}
      />
    </Page>
  )
}

function useColumns(whose: KeyOwner): Column<Key>[] {
  const { t } = useTranslation()
  const format = useFormat()
  const names = useQuery({ ...userNames, enabled: whose === 'all' }).data
  const columns: Column<Key>[] = [
    { id: 'name', header: t('keys.name'), role: 'title', cell: (key) => <KeyName of={key} /> },
    { id: 'status', header: t('keys.status'), cell: (key) => <KeyStatus of={key} /> },
    { id: 'models', header: t('keys.models'), isMinor: true, cell: (key) => <Models of={key} /> },
    {
      id: 'expires',
      header: t('keys.expires'),
      isMinor: true,
      cell: (key) => (key.expired_time > 0 ? format.date(key.expired_time) : t('common.never')),
    },
    {
      id: 'used',
      header: t('keys.used'),
      cell: (key) =>
        key.accessed_at > 0 ? (
          <Tooltip label={format.dateTime(key.accessed_at)}>
            <span>{format.ago(key.accessed_at)}</span>
          </Tooltip>
        ) : (
          t('common.never')
        ),
    },
    { id: 'actions', header: t('common.actions'), role: 'actions', cell: (key) => <KeyMenu of={key} /> },
  ]
  if (whose === 'all') {
    const nameOf = (id: number) => names?.get(id) ?? `#${id}`
    columns.splice(1, 0, { id: 'owner', header: t('keys.owner'), cell: (key) => nameOf(key.user_id) })
  }
  return columns
}

const SHOWN_MODELS = 2

function Models({ of: key }: { of: Key }) {
  const { t } = useTranslation()
  const models = key.model_limits_enabled ? modelsOf(key) : []
  if (models.length === 0) return <>{t('keys.allModels')}</>
  const more = models.length - SHOWN_MODELS
  return (
    <Group gap={4}>
      {models.slice(0, SHOWN_MODELS).map((model) => (
        <Badge key={model} color="gray">
          {model}
        </Badge>
      ))}
      {more > 0 && (
        <Tooltip label={models.slice(SHOWN_MODELS).join(', ')}>
          <Badge color="gray">+{more}</Badge>
        </Tooltip>
      )}
    </Group>
  )
}

function KeyMenu({ of: key }: { of: Key }) {
  const update = useUpdateKey()
  const remove = useUndoableDelete()
  const complain = useComplain()
  const toggle = () => update.mutate({ id: key.id, status: key.status === 1 ? 2 : 1 }, { onError: complain })
  const doom = () =>
    remove({ id: `key-${key.id}`, name: key.name, remove: () => deleteKey(key.id), queryKey: ['keys'] })
  return <ItemMenu item={key} onToggle={toggle} onDelete={doom} />
}
