import { Skeleton } from '@mantine/core'
import { type ComponentProps, lazy, Suspense } from 'react'

const BarChart = lazy(async () => ({ default: (await import('./BarChart')).BarChart }))

/** Bars over time; what draws them is loaded when it is needed. */
export function Chart(props: ComponentProps<typeof BarChart>) {
  return (
    <Suspense fallback={<Skeleton height="16rem" />}>
      <BarChart {...props} />
    </Suspense>
  )
}
