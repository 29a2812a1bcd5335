import type { Sample } from './model.ts'

/** Values sorted into bins; `sum` and `count` are over all of them. Seconds. */
export interface Histogram {
  readonly bins: number[]
  sum: number
  count: number
}

/** Answers take from a tenth of a second to ten minutes. */
export const DURATIONS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300, 600] as const
/** First bytes take from a cache hit to a model that thinks. */
export const FIRST_BYTES = [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 20, 60] as const
/** How late timers are. */
export const LAGS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const

/** Lines that one histogram with so many bounds takes: its bins, infinity, sum and count. */
export const linesOf = (bounds: readonly number[]): number => bounds.length + 3

export const createHistogram = (bounds: readonly number[]): Histogram => ({
  bins: new Array<number>(bounds.length).fill(0),
  sum: 0,
  count: 0,
})

export function observe(histogram: Histogram, bounds: readonly number[], value: number): void {
  histogram.sum += value
  histogram.count++
  // Few bounds: walking them is cheaper than halving.
  for (let i = 0; i < bounds.length; i++) {
    if (value > bounds[i]!) continue
    histogram.bins[i]!++
    return
  }
}

/** The lines of one histogram. Each bin counts those below it too, as Prometheus has it. */
export function* samplesOf(
  name: string,
  { bins, sum, count }: Histogram,
  { bounds, labels }: { readonly bounds: readonly number[]; readonly labels: Sample['labels'] },
): Generator<Sample> {
  let below = 0
  for (const [i, bound] of bounds.entries()) {
    below += bins[i]!
    yield { name: `${name}_bucket`, labels: { ...labels, le: String(bound) }, value: below }
  }
  yield { name: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count }
  yield { name: `${name}_sum`, labels, value: sum }
  yield { name: `${name}_count`, labels, value: count }
}
