import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Facts } from '@/components/Facts'
import type { Account, OrderKind } from '@/lib/accounts'
import { useExplain } from '@/lib/errors'
import { useFormat } from '@/lib/format'
import { useHolder } from './holder'
import { isOutcomeOpen } from './order'
import classes from './OrderSummary.module.css'

interface Props {
  account: Account
  kind: OrderKind
  /** What the balance changes by, in micro-dollars. */
  change: number
  memo: string
  isBusy: boolean
  error: Error | null
  onBack: () => void
  onBook: () => void
}

function focus(place: HTMLElement | null) {
  place?.focus()
}

/** A booking once more in plain words, before money moves. */
export function OrderSummary({ account, kind, change, memo, isBusy, error, onBack, onBook }: Props) {
  const { t } = useTranslation()
  const format = useFormat()
  const holder = useHolder()
  const amount = format.exactMoney(Math.abs(change))
  const name = holder(account)
  const isOut = change < 0
  return (
    <Stack>
      {error && <Trouble error={error} />}
      {/* Focus goes here first, so that a second press of Enter books nothing. */}
      <Text fw={550} tabIndex={-1} ref={focus} className={classes.question ?? ''}>
        {t(isOut ? 'orders.askTake' : 'orders.askGive', { amount, name })}
      </Text>
      <Facts
        facts={[
          { label: t('orders.kind'), value: t(`orders.kinds.${kind}`) },
          { label: t('orders.now'), value: format.exactMoney(account.available_micros) },
          { label: t('orders.after'), value: format.exactMoney(account.available_micros + change) },
          { label: t('orders.memo'), value: memo.trim() === '' ? t('common.none') : memo },
        ]}
      />
      <Text size="xs" c="dimmed">
        {t('orders.forever')}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onBack} disabled={isBusy}>
          {t('orders.back')}
        </Button>
        <Button color={isOut ? 'red' : undefined} loading={isBusy} onClick={onBook}>
          {t(isOut ? 'orders.doTake' : 'orders.doGive', { amount })}
        </Button>
      </Group>
    </Stack>
  )
}

/** Why nothing was booked, or why that is not known. */
function Trouble({ error }: { error: Error }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const isOpen = isOutcomeOpen(error)
  return (
    <Alert color="red" role="alert" title={isOpen ? t('orders.unknown') : undefined}>
      {explain(error)}
      {isOpen && ` ${t('orders.again')}`}
    </Alert>
  )
}
