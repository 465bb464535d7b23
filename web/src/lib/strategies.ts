/** The ways in which candidates of the same priority are put in order. */
export const STRATEGIES = [
  'value',
  'cheapest',
  'fastest',
  'least_busy',
  'weighted',
  'quota_first',
  'round_robin',
  'by_call',
  'listed',
] as const
