import { SegmentedControl, Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { BudgetForm } from '@/components/budgets/BudgetForm'
import type { BudgetScope } from '@/lib/budgets'
import { isAdmin, useUser } from '@/lib/session'
import { keyChoices, userChoices } from './queries'

const PAUSE_MS = 250

/** A budget for somebody or something that is still to be chosen. */
export function NewBudget({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation()
  const user = useUser()
  const [scope, setScope] = useState<BudgetScope>('key')
  const [owner, setOwner] = useState<string | null>(null)
  const choose = (next: string) => {
    setScope(next === 'user' ? 'user' : 'key')
    setOwner(null)
  }
  return (
    <BudgetForm scope={scope} owner={owner === null ? null : Number(owner)} onDone={onDone}>
      {isAdmin(user) && (
        <SegmentedControl
          aria-label={t('budgets.scope')}
          data={[
            { value: 'key', label: t('budgets.scopes.key') },
            { value: 'user', label: t('budgets.scopes.user') },
          ]}
          value={scope}
          onChange={choose}
        />
      )}
      {scope === 'user' ? (
        <UserChoice value={owner} onChange={setOwner} />
      ) : (
        <KeyChoice whose={isAdmin(user) ? 'all' : 'own'} value={owner} onChange={setOwner} />
      )}
    </BudgetForm>
  )
}

interface ChoiceProps {
  value: string | null
  onChange: (value: string | null) => void
}

function UserChoice({ value, onChange }: ChoiceProps) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), PAUSE_MS)
  const users = useQuery(userChoices(asked)).data ?? []
  return (
    <Select
      label={t('budgets.scopes.user')}
      data={users}
      searchable
      withAsterisk
      nothingFoundMessage={t('budgets.nobody')}
      searchValue={text}
      onSearchChange={setText}
      value={value}
      onChange={onChange}
      openOnFocus={false}
      data-autofocus
    />
  )
}

function KeyChoice({ whose, value, onChange }: ChoiceProps & { whose: 'own' | 'all' }) {
  const { t } = useTranslation()
  const keys = useQuery(keyChoices(whose)).data ?? []
  return (
    <Select
      label={t('budgets.scopes.key')}
      data={keys}
      searchable
      withAsterisk
      nothingFoundMessage={t('budgets.nobody')}
      value={value}
      onChange={onChange}
      openOnFocus={false}
      data-autofocus
    />
  )
}
