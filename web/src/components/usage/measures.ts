import type { Schemas } from '@/lib/api'
import type { Format } from '@/lib/format'

/** What was used in a time. */
export type Report = Schemas['UsageReportView']

/** What can be measured. */
export const MEASURES = ['spend', 'calls', 'tokens'] as const

/** Something that can be measured. */
export type Measure = (typeof MEASURES)[number]

type Amounts = Schemas['UsageAmountsView']

/** Returns how much there is of what is measured. */
export function amountOf(measure: Measure, amounts: Amounts): number {
  if (measure === 'spend') return amounts.cost_micros
  return measure === 'calls' ? amounts.calls : amounts.input_tokens + amounts.output_tokens
}

/** Returns what writes it. */
export function writeOf(measure: Measure, format: Format): (value: number) => string {
  return measure === 'spend' ? format.money : format.compact
}

/** Returns what stands below each point. */
export function stepsOf({ step, points }: Report, format: Format): string[] {
  return points.map(({ start }) => (step === 'hour' ? format.hour(start) : format.shortDate(start)))
}

/** Returns a row of numbers for each part, one number for each point of the whole. */
export function rowsOf(report: Report, measure: Measure, nameOf: (part: Report['parts'][number]) => string) {
  const starts = report.points.map(({ start }) => start)
  return report.parts
    .map((part) => {
      const values = starts.map(() => 0)
      for (const point of part.points) {
        const place = starts.indexOf(point.start)
        if (place >= 0) values[place] = pointOf(measure, point)
      }
      return { name: nameOf(part), values }
    })
    .filter(({ values }) => values.some((value) => value > 0))
}

function pointOf(measure: Measure, point: Schemas['UsagePartPointView']): number {
  if (measure === 'spend') return point.cost_micros
  return measure === 'calls' ? point.calls : point.tokens
}
