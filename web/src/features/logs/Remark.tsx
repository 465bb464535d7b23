import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '@/lib/api'
import { sentence } from '@/lib/errors'

/** What there is to say about receipts. */
const REMARKS = [
  'record_missing',
  'basis_missing',
  'basis_unreadable',
  'price_missing',
  'price_altered',
  'cost_differs',
  'charge_differs',
  'transfer_missing',
  'transfer_differs',
  'link_broken',
  'nothing_used',
  'unpriced',
  'nobody_billed',
  'basis_not_kept',
  'record_purged',
  'paid_with_hold',
  'cost_incomplete',
  'parked',
] as const

/** Those whose English words name ids and amounts that stand nowhere else. */
const TELLING = [
  'price_missing',
  'price_altered',
  'transfer_missing',
  'transfer_differs',
  'link_broken',
  'paid_with_hold',
  'cost_incomplete',
  'parked',
]

/** Something to know about a receipt, in the language of the page. */
export function Remark({ of: { code, text } }: { of: Schemas['RemarkView'] }) {
  const { t, i18n } = useTranslation()
  const known = REMARKS.find((name) => name === code)
  if (!known || i18n.language.startsWith('en')) return <>{sentence(text)}</>
  return (
    <>
      {t(`remarks.${known}`)}
      {TELLING.includes(code) && (
        <Text component="span" size="xs" display="block" lang="en">
          {sentence(text)}
        </Text>
      )}
    </>
  )
}
