import classes from './Brand.module.css'

/** The name of the product with its sign. */
export function Brand() {
  return (
    <span className={classes.brand}>
      <img src="/favicon.svg" alt="" width={26} height={26} />
      Sluice
    </span>
  )
}
