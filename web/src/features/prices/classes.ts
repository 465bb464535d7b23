/** What tokens and other things can have a rate of their own. */
export const CLASSES = [
  'input',
  'output',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'reasoning',
  'input_image',
  'input_audio',
  'output_image',
  'output_audio',
  'call',
  'second',
  'image',
] as const

/** Something that has a rate. */
export type PriceClass = (typeof CLASSES)[number]

/** The classes that nearly every price names. */
export const MAIN_CLASSES: readonly PriceClass[] = ['input', 'output', 'cache_read', 'cache_write_5m']

/** The levels of service that a price can have rates for. */
export const SERVICES = ['standard', 'batch', 'flex', 'priority'] as const

/** A level of service. */
export type Service = (typeof SERVICES)[number]

/** Returns whether something is paid by the piece, and not by the million tokens. */
export function isByPiece(name: PriceClass): boolean {
  return name === 'call' || name === 'second' || name === 'image'
}
