import { Paper, Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './Figures.module.css'

/** A number that matters. */
export interface Figure {
  label: string
  /** `undefined` while it is not known yet. */
  value: ReactNode | undefined
  /** What it compares with, or what it is made of. */
  hint?: ReactNode
}

/** The numbers that matter most, large. */
export function Figures({ figures }: { figures: Figure[] }) {
  return (
    <dl className={classes.figures}>
      {figures.map(({ label, value, hint }) => (
        <Paper key={label} className={classes.figure}>
          <dt>{label}</dt>
          <dd className={classes.value}>{value ?? <Skeleton height={22} width="60%" my={4} />}</dd>
          {hint !== undefined && <dd className={classes.hint}>{hint}</dd>}
        </Paper>
      ))}
    </dl>
  )
}
