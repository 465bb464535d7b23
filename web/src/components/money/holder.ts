import { useTranslation } from 'react-i18next'
import type { Account } from '@/lib/accounts'

/** The kinds of holders that the console has words for. */
export const KINDS = ['user', 'key', 'organisation', 'cash', 'cost', 'revenue', 'budget'] as const

/** Returns what names the holder of an account. */
export function useHolder(): (account: Pick<Account, 'kind' | 'owner_id' | 'owner_name'>) => string {
  const { t } = useTranslation()
  return ({ kind, owner_id: id, owner_name: name }) => {
    if (name != null) return name
    const known = KINDS.find((one) => one === kind)
    if (known === 'cash' || known === 'cost' || known === 'revenue') return t(`accounts.kinds.${known}`)
    return t('accounts.numbered', { kind: known ? t(`accounts.kinds.${known}`) : kind, id })
  }
}

/** Returns whether an account is the operator's: the other side of what customers pay and are given. */
export function isOperators({ kind }: Pick<Account, 'kind'>): boolean {
  return kind === 'cash' || kind === 'cost' || kind === 'revenue'
}

/** Returns whether somebody pays calls from an account, and money can be booked to it by hand. */
export function isBookable({ kind }: Pick<Account, 'kind'>): boolean {
  return kind === 'user' || kind === 'key' || kind === 'organisation'
}
