import { Badge, Tabs } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './ViewTabs.module.css'

interface View<T extends string> {
  value: T
  label: string
  /** How many things in it want attention; none are not shown. */
  count?: number | undefined
}

interface Props<T extends string> {
  /** What is chosen between, for readers of the screen. */
  label: string
  views: View<T>[]
  value: T
  onChange: (value: T) => void
  /** The view that is chosen. */
  children: ReactNode
}

/** Several views of the same thing, one at a time. */
export function ViewTabs<T extends string>({ label, views, value, onChange, children }: Props<T>) {
  const choose = (name: string | null) => {
    const view = views.find((one) => one.value === name)
    if (view) onChange(view.value)
  }
  return (
    <Tabs value={value} onChange={choose}>
      <Tabs.List aria-label={label} className={classes.list ?? ''}>
        {views.map((view) => (
          <Tabs.Tab
            key={view.value}
            value={view.value}
            className={classes.tab ?? ''}
            rightSection={view.count ? <Badge color="yellow">{view.count}</Badge> : undefined}
          >
            {view.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={value} className={classes.panel ?? ''}>
        {children}
      </Tabs.Panel>
    </Tabs>
  )
}
