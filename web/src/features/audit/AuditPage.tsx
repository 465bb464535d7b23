import { Badge, Drawer, Group, Select, Stack, Text } from '@mantine/core'
import { IconListDetails } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CodeBlock } from '@/components/Copy'
import type { Column } from '@/components/DataTable'
import { Facts } from '@/components/Facts'
import { Page } from '@/components/Page'
import { PagedTable } from '@/components/PagedTable'
import { SearchInput } from '@/components/SearchInput'
import { EmptyState } from '@/components/States'
import { useFormat } from '@/lib/format'
import { areaOf } from './areas'
import { type Entry, entryList } from './queries'

const route = getRouteApi('/shell/admin/audit')
const SERVER_ERROR = 500

/** Who changed what. */
export function AuditPage() {
  const { t } = useTranslation()
  const search = route.useSearch()
  const go = route.useNavigate()
  const found = useInfiniteQuery(entryList(search))
  const [shown, setShown] = useState<Entry | null>(null)
  const rows = found.data?.pages.flatMap((page) => page.items)
  const columns = useColumns()
  return (
    <Page title={t('audit.title')} about={t('audit.about')}>
      <Group gap="xs">
        <SearchInput
          label={t('audit.user')}
          value={search.user ?? ''}
          onSearch={(user) => void go({ search: { ...search, user: user || undefined }, replace: true })}
        />
        <Select
          aria-label={t('audit.status')}
          placeholder={t('audit.anyStatus')}
          clearable
          data={[
            { value: 'success', label: t('audit.success') },
            { value: 'error', label: t('audit.error') },
          ]}
          value={search.status ?? null}
          onChange={(value) => {
            const status = value === 'success' || value === 'error' ? value : undefined
            void go({ search: { ...search, status }, replace: true })
          }}
        />
      </Group>
      <PagedTable
        found={found}
        empty={
          <EmptyState icon={IconListDetails} title={t('audit.nothing')}>
            {t('audit.nothingHint')}
          </EmptyState>
        }
        label={t('audit.title')}
        columns={columns}
        rows={rows}
        rowId={(entry) => entry.id}
        onOpen={setShown}
      />
      <Drawer opened={shown !== null} onClose={() => setShown(null)} size="lg" title={shown?.action}>
        {shown && <Details of={shown} />}
      </Drawer>
    </Page>
  )
}

function useColumns(): Column<Entry>[] {
  const { t } = useTranslation()
  const format = useFormat()
  return [
    { id: 'time', header: t('audit.time'), cell: (entry) => format.dateTime(entry.created_at) },
    { id: 'who', header: t('audit.who'), cell: (entry) => entry.username || '—' },
    {
      id: 'action',
      header: t('audit.action'),
      role: 'title',
      cell: (entry) => <Action of={entry} />,
    },
    { id: 'subject', header: t('audit.subject'), isMinor: true, cell: (entry) => entry.subject || '—' },
    { id: 'status', header: t('audit.status'), cell: (entry) => <Outcome of={entry} /> },
  ]
}

/** What part of Sluice an entry is about, and what exactly was asked for. */
function Action({ of: { action } }: { of: Entry }) {
  const { t } = useTranslation()
  const area = areaOf(action)
  return (
    <div>
      {area && (
        <Text size="sm" fw={550}>
          {t(`nav.${area}`)}
        </Text>
      )}
      <Text size="xs" c="dimmed" ff="monospace">
        {action}
      </Text>
    </div>
  )
}

function Outcome({ of: entry }: { of: Entry }) {
  const { t } = useTranslation()
  if (typeof entry.status !== 'number') return <Badge color="gray">{t('audit.underWay')}</Badge>
  if (entry.success === true) return <Badge color="teal">{entry.status}</Badge>
  return (
    <Badge color={entry.status >= SERVER_ERROR ? 'red' : 'orange'}>
      {entry.status} {entry.code}
    </Badge>
  )
}

function Details({ of: entry }: { of: Entry }) {
  const { t } = useTranslation()
  const format = useFormat()
  return (
    <Stack>
      <Facts
        facts={[
          { label: t('audit.time'), value: format.preciseTime(entry.created_at_ms) },
          { label: t('audit.who'), value: entry.username || '—' },
          { label: t('audit.proof'), value: entry.proof },
          { label: t('audit.address'), value: entry.client_ip },
          { label: t('audit.subject'), value: entry.subject || '—' },
          { label: t('audit.status'), value: <Outcome of={entry} /> },
          { label: t('audit.id'), value: entry.id },
        ]}
      />
      {entry.before != null && (
        <CodeBlock label={t('audit.before')} text={JSON.stringify(entry.before, null, 2)} />
      )}
      {entry.after != null && (
        <CodeBlock label={t('audit.after')} text={JSON.stringify(entry.after, null, 2)} />
      )}
    </Stack>
  )
}
