import { Progress, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type Budget, PERIODS } from '@/lib/budgets'
import { browserZone, useFormat } from '@/lib/format'
import classes from './Budget.module.css'

const NEARLY = 0.8

/** Returns what names the period of a budget. */
export function usePeriod(): (budget: Pick<Budget, 'period'>) => string {
  const { t } = useTranslation()
  return ({ period }) => t(`budgets.periods.${PERIODS.find((name) => name === period) ?? 'total'}`)
}

/** How much of a budget is used, how much is left, and when it starts anew. */
export function BudgetBar({ of: budget, label }: { of: Budget; label: string }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { drawn_micros: drawn, limit_micros: limit, left_micros: left, leased_micros: leased } = budget
  const share = (micros: number) => (limit > 0 ? Math.min(100, (micros / limit) * 100) : 0)
  const isOver = left + leased <= 0
  const isNear = !isOver && drawn >= limit * NEARLY
  const hints = [
    isOver ? t('budgets.usedUp') : t('budgets.left', { amount: format.exactMoney(left) }),
    ...(leased > 0 ? [t('budgets.held', { amount: format.exactMoney(leased) })] : []),
    ...(typeof budget.period_end === 'number'
      ? [t('budgets.anew', { time: format.dateTime(budget.period_end) })]
      : []),
    ...(typeof budget.period_end === 'number' && budget.zone !== browserZone()
      ? [t('budgets.byZone', { zone: budget.zone })]
      : []),
  ]
  return (
    <div className={classes.budget}>
      <Text size="sm" className="numbers">
        {t('budgets.used', { drawn: format.exactMoney(drawn), limit: format.exactMoney(limit) })}
      </Text>
      <Progress.Root className={classes.bar ?? ''}>
        <Progress.Section
          value={isOver ? 100 : share(drawn)}
          color={isOver ? 'red' : isNear ? 'orange' : 'accent'}
          aria-label={label}
        />
        {!isOver && leased > 0 && (
          <Progress.Section value={share(leased)} color="gray" aria-label={t('budgets.heldLabel')} />
        )}
      </Progress.Root>
      <Text size="xs" c={isOver ? 'red' : 'dimmed'}>
        {hints.join(' · ')}
      </Text>
    </div>
  )
}
