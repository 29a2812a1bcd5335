import type { PriceRecipe } from '../../prices/model.ts'
import type { UsageStats } from '../model.ts'
import type { Delivery } from './clerk.ts'

/** What the worker is told. */
export type ToWorker =
  | ({ readonly kind: 'start' } & WorkerOptions)
  | { readonly kind: 'take'; readonly delivery: Delivery }
  /** Answered with `drained`. */
  | { readonly kind: 'drain'; readonly turn: number }
  /** Answered with `repriced`. */
  | { readonly kind: 'reprice'; readonly turn: number; readonly from: number; readonly to: number }
  /** Write what can be written within so many milliseconds, then end. Answered with `closed`. */
  | { readonly kind: 'close'; readonly patience: number }

/** What the worker tells. */
export type FromWorker =
  | { readonly kind: 'acknowledge'; readonly seqs: readonly number[] }
  | { readonly kind: 'report'; readonly stats: UsageStats }
  | {
      readonly kind: 'complain'
      readonly message: string
      readonly facts: Readonly<Record<string, unknown>>
      /** What was complained of is over. */
      readonly isOver: boolean
    }
  | { readonly kind: 'drained'; readonly turn: number }
  /** Without `changed` it failed. */
  | { readonly kind: 'repriced'; readonly turn: number; readonly changed?: number }
  | { readonly kind: 'closed' }

export interface WorkerOptions {
  readonly url: string
  readonly authToken?: string
  readonly folder: string
  /** Bytes. */
  readonly limit: number
  readonly owner: string
  readonly origin: number
  readonly retention: number
  readonly prices: PriceRecipe | undefined
}

/** Messages on their way, with the recorder that they are from or for. */
export interface Envelope<M extends ToWorker | FromWorker> {
  readonly owner: string
  readonly message: M
}
