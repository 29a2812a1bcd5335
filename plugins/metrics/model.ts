import type { PriceQuery } from '../prices/model.ts'

/** One line of a family: a value, and what tells it from its sisters. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** Where it is not the family's own: `…_bucket`, `…_sum`, `…_count`. */
  readonly name?: string
}

/** What Prometheus calls a metric: a name, and its values at this moment. Names end in their unit, counters in `_total`. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** What the values of several workers become. Default: they are added up. */
  readonly together?: 'max' | 'min'
  /** Called when somebody scrapes. What it throws is logged, and the family left out. */
  read(): readonly Sample[]
}

/** What the plugin `metrics` offers to others. */
export interface Metrics {
  /** Shows figures of another plugin at `/metrics`; during `setup`. Whoever adds a family bounds its labels. */
  add(family: Family): void
  /** From now on costs are counted. The price data take memory, so that they wait until somebody wants to know. */
  wantCosts(): Promise<void>
  /** What an answer cost, in US dollars; undefined where it is not known, or while nobody wanted to know. */
  costOf(query: PriceQuery): number | undefined
}
