import { Modal } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Account, OrderKind } from '@/lib/accounts'
import { OrderForm } from './OrderForm'

/** A booking that is to be filled in. */
export interface StartedOrder {
  kind: OrderKind
  /** For a refund: the call, and what was charged for it at most. */
  charge?: { call: string; micros: number }
}

interface Props {
  account: Account
  /** `null` keeps it closed. */
  order: StartedOrder | null
  onClose: () => void
}

/** The place where somebody books money to an account, or takes it away. */
export function OrderModal({ account, order, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <Modal
      opened={order !== null}
      onClose={onClose}
      // Half-typed money is not thrown away by a slip of the hand.
      closeOnClickOutside={false}
      title={order && t(`orders.kinds.${order.kind}`)}
    >
      {order && <OrderForm account={account} order={order} onDone={onClose} />}
    </Modal>
  )
}
