import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../src/contract/page.ts'
import type { Awaitable } from '../../src/types.ts'
import type { Choice } from '../virtual-models/model.ts'

/** How the tokens of a line are known: told by the provider, told up to where the answer broke off, or counted by us. */
export type Billing = 'exact' | 'partial' | 'estimated'

/** Why a target served: as the redirect chose it, or because those before it failed. */
export type Pick = Choice['pick'] | 'failover'

/** One try, as a record keeps it. */
export interface AttemptLine {
  readonly provider: string
  readonly model: string
  /** What the provider, or the gateway in its place, said. */
  readonly status: number | null
  /** The gateway's error code; null when it began to answer. */
  readonly code: string | null
  /** Milliseconds until it began to answer or failed. */
  readonly ms: number
}

/** Lengths of the roll-ups in milliseconds. */
export const SPANS = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const

/** How recording is doing. */
export interface UsageStats {
  /** Lines that are not yet in the database, wherever they wait. */
  readonly waiting: number
  /** Bytes of the spool on disk that are not yet in the database. */
  readonly spooled: number
  /** Lines written since the process started, across reloads of the configuration. */
  readonly written: number
  /** Lines that were lost since then, because neither disk nor memory had room for them. */
  readonly lost: number
  /** Why the database takes nothing at the moment; null while it does. */
  readonly trouble: string | null
}

/** What is written down of one call. Null: not known. */
export interface Receipt {
  /** Who served it; null where it reached nobody. */
  readonly provider: string | null
  readonly model: string | null
  /** Tokens. */
  readonly input: number | null
  readonly output: number | null
  /** Nano-dollars. */
  readonly costNano: number | null
  /** Null: the provider gave a whole answer and did not say. */
  readonly billing: Billing | null
  /** Why the model stopped, in the words of the dialect. */
  readonly finish: string | null
}

/** What the plugin `usage` offers to others, beside its book. */
export interface Receipts {
  /** The record of a call that is over; undefined where it is not written within `patience` (ms), or was never made. */
  find(requestId: string, patience: number): Promise<Receipt | undefined>
}

/** What the plugin `usage` offers to others. */
export interface UsageBook {
  stats(): UsageStats
  /** Resolves when everything that was settled until now is in the database, or `patience` (ms) is over: then false. */
  flush(patience?: number): Promise<boolean>
  /**
   * Prices the records of a period anew, with the prices of now, and the roll-ups with them; what a provider reported
   * stays. Returns how many records cost something else now. May be called again after it failed.
   *
   * @param from milliseconds since 1970, inclusive
   * @param to exclusive
   */
  reprice(from: number, to: number): Promise<number>
}

/** What was answered, as text. */
export interface KeptAnswer {
  readonly text: string
  /** It was longer. */
  readonly isCut: boolean
}

/** What was answered to a call, and to the copy of it that went to a mirror, where that is kept. */
export interface KeptAnswers {
  readonly own?: KeptAnswer | undefined
  readonly copy?: KeptAnswer | undefined
}

/** What the plugin `usage` takes from others. */
export interface AnswersShown {
  /** Another plugin keeps answers; the page of a call shows them. */
  tellAnswers(find: (requestId: string) => Promise<KeptAnswers>): void
}

/** What else the plugin `usage` offers: sums. */
export interface UsageSums {
  /**
   * What was used in a period by each user path alone, without what is below it; those with the most calls first, no more
   * than `most`. `cost` is nano-dollars; null where something was used and its cost is not known.
   */
  byPath(from: number, to: number, most: number): Promise<readonly PathUse[]>
  /** How many calls of a period got stored answers, and what those would have cost, as far as it is known (nano-dollars). */
  stored(from: number, to: number): Promise<{ readonly hits: number; readonly saved: number }>
}

/** What another plugin shows on the page of a redirect, below what the redirect is; undefined shows nothing. */
export type ModelPanel = (source: string, request: PageRequest) => Awaitable<Child>

export interface ModelPanels {
  /** During `setup`. */
  addPanel(panel: ModelPanel): void
}

/** How the targets of a redirect do, counted on and on: what was written since the last time. */
export interface UsageOutcomes {
  /** The number of the last line that is written. */
  lastLine(): Promise<number>
  outcomes(question: OutcomesQuestion): Promise<Outcomes>
}

export interface OutcomesQuestion {
  /** The redirect; calls that came to it through another one are left out, as everywhere. */
  readonly source: string
  /** Only calls that arrived from then on (milliseconds since 1970). */
  readonly from: number
  /** Only lines with a greater number. */
  readonly after: number
  /** So many lines are looked through. */
  readonly most: number
}

export interface Outcomes {
  /** The last line that was looked at. */
  readonly last: number
  /** By `provider/id`. */
  readonly targets: Readonly<Record<string, TargetOutcomes>>
}

/** What became of tries at a target. Stored answers and copies to mirrors are no tries. */
export interface TargetOutcomes {
  readonly answered: number
  /** The target's fault: it was away, broke off, said 429, … Also where another target answered then. */
  readonly failed: number
  /** It said no: the caller's own mistake, or something that this target alone cannot do. */
  readonly refused: number
  /** Of answers whose cost is known, in US dollars. */
  readonly cost: { readonly count: number; readonly sum: number; readonly squares: number }
  /** Answers by the bin (`src/base/histogram.ts`) of the time that callers waited: until a stream began, or the answer was whole. */
  readonly waits: Readonly<Record<number, number>>
}

export interface PathUse {
  readonly path: string
  readonly calls: number
  readonly cost: number | null
}
