import { Alert, Button, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm, type UseFormReturnType } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Account, useOrder } from '@/lib/accounts'
import { moneyInput, readMoney, useFormat } from '@/lib/format'
import { newId } from '@/lib/ids'
import { useHolder } from './holder'
import { OrderSummary } from './OrderSummary'
import type { StartedOrder } from './OrderModal'
import { changeOf, isOutcomeOpen, NEW_ORDER, orderOf, type OrderValues } from './order'

const MEMO_MAX = 255

interface Props {
  account: Account
  order: StartedOrder
  onDone: () => void
}

/** A booking: first what it is, then once more in plain words, then it is done. */
export function OrderForm({ account, order, onDone }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const holder = useHolder()
  const send = useOrder(account.id)
  // One for the whole form: however often it is sent, the money moves once.
  const [key] = useState(newId)
  const [isAsking, setAsking] = useState(false)
  const form = useForm<OrderValues>({
    initialValues: { ...NEW_ORDER, amount: order.charge ? moneyInput(order.charge.micros) : '' },
    validate: {
      amount: (text) => {
        const micros = readMoney(text)
        if (micros === null || micros === 0) return t('orders.noAmount')
        if (order.charge && micros > order.charge.micros) return t('orders.moreThanCharged')
        return null
      },
      memo: (memo) => (order.kind === 'correction' && memo.trim() === '' ? t('orders.noMemo') : null),
    },
  })
  const booked = () => {
    const amount = format.exactMoney(readMoney(form.values.amount) ?? 0)
    notifications.show({ message: t('orders.booked', { amount, name: holder(account) }) })
    onDone()
  }
  if (isAsking) {
    return (
      <OrderSummary
        account={account}
        kind={order.kind}
        change={changeOf(order.kind, form.values)}
        memo={form.values.memo}
        isBusy={send.isPending}
        error={send.error}
        onBack={() => setAsking(false)}
        onBook={() => send.mutate({ key, order: orderOf(order, form.values) }, { onSuccess: booked })}
      />
    )
  }
  return (
    <form onSubmit={form.onSubmit(() => setAsking(true))}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t(`orders.hints.${order.kind}`, { name: holder(account) })}
        </Text>
        {send.error && isOutcomeOpen(send.error) && (
          <Alert color="yellow" role="alert">
            {t('orders.sameKey')}
          </Alert>
        )}
        {order.kind === 'correction' && <CorrectionFields form={form} />}
        <TextInput
          label={t('orders.amount')}
          description={order.charge && t('orders.atMost', { amount: format.exactMoney(order.charge.micros) })}
          leftSection="$"
          inputMode="decimal"
          autoComplete="off"
          withAsterisk
          data-autofocus
          {...form.getInputProps('amount')}
        />
        <TextInput
          label={t('orders.memo')}
          description={t('orders.memoHint')}
          maxLength={MEMO_MAX}
          withAsterisk={order.kind === 'correction'}
          {...form.getInputProps('memo')}
        />
        <Button type="submit">{t('orders.next')}</Button>
      </Stack>
    </form>
  )
}

const BOOKS = ['revenue', 'cash', 'cost'] as const

function CorrectionFields({ form }: { form: UseFormReturnType<OrderValues> }) {
  const { t } = useTranslation()
  return (
    <>
      <SegmentedControl
        aria-label={t('orders.direction')}
        data={[
          { value: 'give', label: t('orders.give') },
          { value: 'take', label: t('orders.take') },
        ]}
        value={form.values.direction}
        onChange={(value) => form.setFieldValue('direction', value === 'take' ? 'take' : 'give')}
      />
      <Select
        label={t('orders.book')}
        data={BOOKS.map((value) => ({ value, label: t(`orders.books.${value}`) }))}
        allowDeselect={false}
        value={form.values.book}
        onChange={(value) => form.setFieldValue('book', BOOKS.find((name) => name === value) ?? 'revenue')}
      />
    </>
  )
}
