import type { ReactNode } from 'react'
import classes from './Facts.module.css'

/** One fact: what it is, and how it stands. */
export interface Fact {
  label: string
  value: ReactNode
}

/** Facts about something, side by side where there is room. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map((fact) => (
        <div key={fact.label} className={classes.fact}>
          <dt>{fact.label}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  )
}
