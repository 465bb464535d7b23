import { Button, Group } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Figure, Figures } from '@/components/Figures'
import { LinkButton } from '@/components/Links'
import { OrderModal, type StartedOrder } from '@/components/money/OrderModal'
import { Section } from '@/components/Section'
import { accountOfUser } from '@/lib/accounts'
import { microsOf, useFormat } from '@/lib/format'
import type { User } from '@/lib/session'
import { userSums } from './queries'

/** What a user has, and used in the last thirty days. */
export function Spending({ of: user }: { of: User }) {
  const { t } = useTranslation()
  const format = useFormat()
  const sums = useQuery(userSums(user.id)).data
  const account = useQuery({ ...accountOfUser(user.id), enabled: user.billed }).data
  const [order, setOrder] = useState<StartedOrder | null>(null)
  const show = (amount: number | null | undefined, write: (amount: number) => string) =>
    amount == null ? '—' : write(amount)
  const figures: Figure[] = [
    { label: t('users.calls'), value: sums && format.number(sums.total) },
    {
      label: t('users.tokensUsed'),
      value: sums && format.compact(sums.input_tokens + sums.output_tokens),
    },
    { label: t('users.cost'), value: sums && show(sums.total_cost, (usd) => format.money(microsOf(usd))) },
  ]
  if (user.billed) {
    figures.unshift({
      label: t('users.available'),
      value: account && format.exactMoney(account.available_micros),
      ...(account &&
        account.leased_micros > 0 && {
          hint: t('users.held', { amount: format.exactMoney(account.leased_micros) }),
        }),
    })
  }
  const actions = (
    <>
      {account && (
        <>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setOrder({ kind: 'top-up' })}
          >
            {t('orders.kinds.top-up')}
          </Button>
          <LinkButton to="/accounts/$id" params={{ id: String(account.id) }} size="xs" variant="default">
            {t('users.toAccount')}
          </LinkButton>
        </>
      )}
      <LinkButton to="/logs" search={{ user: user.username }} size="xs" variant="default">
        {t('users.toLogs')}
      </LinkButton>
    </>
  )
  return (
    <Section
      title={t('users.spending')}
      about={t('users.spendingHint')}
      actions={<Group gap="xs">{actions}</Group>}
    >
      <Figures figures={figures} />
      {account && <OrderModal account={account} order={order} onClose={() => setOrder(null)} />}
    </Section>
  )
}
