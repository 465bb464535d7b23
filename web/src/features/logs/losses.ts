/** Something that a conversion could not carry. */
export interface Loss {
  /** Where it stood in the request. */
  path: string
  isSemantic: boolean
  reason: string
}

/** Reads what `x-sluice-losses` told the caller: `path;severity;"reason", … , more=3`. */
export function readLosses(header: string): { losses: Loss[]; more: number } {
  const losses: Loss[] = []
  for (const found of header.matchAll(/(?:^|, )([^;,]+(?:,[^;,]+)*?);(cosmetic|semantic);"([^"]*)"/g)) {
    losses.push({ path: found[1] ?? '', isSemantic: found[2] === 'semantic', reason: found[3] ?? '' })
  }
  const more = /(?:^|, )more=(\d+)$/.exec(header)?.[1]
  return { losses, more: more === undefined ? 0 : Number(more) }
}
