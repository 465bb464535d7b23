import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconUserSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useComplain } from '@/lib/errors'
import { findAccountOfUser, userChoices } from './queries'

const PAUSE_MS = 250

/** The way to the account of a user by name; it is opened if it was never looked at. */
export function FindAccount() {
  const { t } = useTranslation()
  const go = useNavigate()
  const complain = useComplain()
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), PAUSE_MS)
  const users = useQuery(userChoices(asked)).data ?? []
  const open = (value: string | null) => {
    if (value === null) return
    findAccountOfUser(Number(value))
      .then(({ id }) => go({ to: '/accounts/$id', params: { id: String(id) } }))
      .catch(complain)
  }
  return (
    <Select
      aria-label={t('accounts.find')}
      placeholder={t('accounts.find')}
      data-page-search
      leftSection={<IconUserSearch size={16} aria-hidden />}
      rightSectionPointerEvents="none"
      data={users.map(({ id, username, display_name: shown }) => ({
        value: String(id),
        label: shown === username ? username : `${username} · ${shown}`,
      }))}
      searchable
      // The gateway has searched already, also in names that are not shown.
      filter={({ options }) => options}
      searchValue={text}
      onSearchChange={setText}
      nothingFoundMessage={t('accounts.noUser')}
      value={null}
      onChange={open}
    />
  )
}
