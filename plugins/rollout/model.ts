import type { TargetOutcomes } from '../usage/model.ts'

/** How a target takes over. */
export interface Plan {
  /** `provider/id` */
  readonly to: string
  /** Shares of the calls in per cent, from the first to the last. */
  readonly steps: readonly number[]
  /** Milliseconds that each step lasts at least. */
  readonly every: number
  /** Answers of the target that each step waits for. */
  readonly minCalls: number
  readonly stopWhen: StopWhen
}

/** What ends a rollout; null: that does not. */
export interface StopWhen {
  /** The share of tries at the target that fail. */
  readonly errorRateAbove: number | null
  /** The share of tries that fail or are turned down, against that of the other targets: 0.02 is two points. */
  readonly errorRateWorseBy: number | null
  /** The median of the time that callers wait, by that of the other targets. */
  readonly slowerBy: number | null
  /** What an answer costs on the average, by that of the other targets. */
  readonly dearerBy: number | null
}

export const states = ['running', 'paused', 'done', 'rolled_back', 'stopped'] as const

/**
 * running · paused: stays at its share, whatever happens · done: the last step is over · rolled_back: it has failed, and
 * the redirect is as it was · stopped: an operator has rolled it back, or taken over.
 */
export type State = (typeof states)[number]

/** What is known of a step: how the target did, and how all others together. */
export interface Evidence {
  readonly to: TargetOutcomes
  readonly others: TargetOutcomes
}
