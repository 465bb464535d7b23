import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useComplain } from '@/lib/errors'
import { newestKeys } from '@/lib/keys'
import { findAccountOfKey, findAccountOfUser, userChoices } from './queries'

const PAUSE_MS = 250
const KEYS_SHOWN = 20

/** The way to the account of a user or key by name; it is opened if it was never looked at. */
export function FindAccount() {
  const { t } = useTranslation()
  const go = useNavigate()
  const complain = useComplain()
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), PAUSE_MS)
  const users = useQuery(userChoices(asked)).data ?? []
  const keys = useKeys(asked)
  const open = (value: string | null) => {
    const [kind, id] = value?.split(' ') ?? []
    if (kind === undefined) return
    const find = kind === 'key' ? findAccountOfKey : findAccountOfUser
    find(Number(id))
      .then((account) => go({ to: '/accounts/$id', params: { id: String(account.id) } }))
      .catch(complain)
  }
  const groups = [
    {
      group: t('accounts.groups.user'),
      items: users.map(({ id, username, display_name: shown }) => ({
        value: `user ${id}`,
        label: shown === username ? username : `${username} · ${shown}`,
      })),
    },
    {
      group: t('accounts.groups.key'),
      items: keys.map(({ id, name, key }) => ({ value: `key ${id}`, label: `${name} · ${key}` })),
    },
  ]
  return (
    <Select
      aria-label={t('accounts.find')}
      placeholder={t('accounts.find')}
      data-page-search
      w={280}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSectionPointerEvents="none"
      data={groups.filter(({ items }) => items.length > 0)}
      searchable
      // They were searched already, also by names that are not shown.
      filter={({ options }) => options}
      searchValue={text}
      onSearchChange={setText}
      nothingFoundMessage={t('accounts.nobody')}
      value={null}
      onChange={open}
    />
  )
}

/** Keys by letters of their name; none before somebody types. */
function useKeys(text: string) {
  const { data } = useQuery({ ...newestKeys('all'), enabled: text !== '' })
  const letters = text.toLowerCase()
  if (text === '') return []
  return (data?.keys ?? [])
    .filter(({ name, origin }) => origin !== 'file' && name.toLowerCase().includes(letters))
    .slice(0, KEYS_SHOWN)
}
