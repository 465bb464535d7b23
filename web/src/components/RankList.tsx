import type { ReactNode } from 'react'
import classes from './RankList.module.css'

/** Something that is compared with others by a number. */
export interface Ranked {
  id: string
  name: ReactNode
  amount: number
  /** The number as it is shown. */
  text: string
}

/** Things by size, with bars that compare them. */
export function RankList({ rows }: { rows: Ranked[] }) {
  const most = Math.max(1, ...rows.map((row) => row.amount))
  return (
    <ul className={classes.list}>
      {rows.map((row) => (
        <li key={row.id}>
          <div className={classes.words}>
            <span className={classes.name}>{row.name}</span>
            <span className="numbers">{row.text}</span>
          </div>
          <div className={classes.bar} aria-hidden>
            <div className={classes.fill} style={{ width: `${(row.amount / most) * 100}%` }} />
          </div>
        </li>
      ))}
    </ul>
  )
}
