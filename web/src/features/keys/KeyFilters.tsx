import { Group, SegmentedControl, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { SearchInput } from '@/components/SearchInput'
import type { KeyOwner } from '@/lib/keys'
import { isAdmin, useUser } from '@/lib/session'
import { userNames } from './queries'
import type { KeySearch } from './search'

interface Props {
  search: KeySearch
  whose: KeyOwner
  onChange: (search: KeySearch) => void
}

/** Which keys to list. */
export function KeyFilters({ search, whose, onChange }: Props) {
  const { t } = useTranslation()
  const user = useUser()
  return (
    <Group gap="xs">
      <SearchInput
        label={t('keys.search')}
        value={search.q ?? ''}
        maw={360}
        flex="1 1 14rem"
        onSearch={(q) => onChange({ ...search, q: q === '' ? undefined : q })}
      />
      {whose === 'all' && (
        <OwnerFilter value={search.user} onChange={(owner) => onChange({ ...search, user: owner })} />
      )}
      {isAdmin(user) && (
        <SegmentedControl
          aria-label={t('keys.whose')}
          value={whose}
          data={[
            { value: 'own' as const, label: t('keys.own') },
            { value: 'all' as const, label: t('keys.everybody') },
          ]}
          onChange={(next) =>
            onChange({ ...search, whose: next === 'all' ? 'all' : undefined, user: undefined })
          }
        />
      )}
    </Group>
  )
}

interface OwnerProps {
  value: number | undefined
  onChange: (owner: number | undefined) => void
}

function OwnerFilter({ value, onChange }: OwnerProps) {
  const { t } = useTranslation()
  const names = useQuery(userNames).data ?? new Map<number, string>()
  const data = [...names].map(([id, name]) => ({ value: String(id), label: name }))
  const chosen = value === undefined ? null : String(value)
  if (chosen !== null && value !== undefined && !names.has(value)) {
    data.push({ value: chosen, label: `#${chosen}` })
  }
  return (
    <Select
      aria-label={t('keys.owner')}
      placeholder={t('keys.anyOwner')}
      data={data}
      searchable
      clearable
      limit={100}
      value={chosen}
      onChange={(owner) => onChange(owner === null ? undefined : Number(owner))}
    />
  )
}
