import type { Trial } from '../trial.ts'
import type { Draft, Mistake } from './draft.ts'

/** What a draft would do: a sentence, and what it finds in the text that it is tried on. */
export interface Effect {
  /** Undefined as long as it says nothing. */
  readonly sentence?: string
  /** What keeps it from being tried. */
  readonly fault?: string
  readonly sample: string
  readonly trial?: Trial
}

/** What the form for a guardrail shows. */
export interface Editing {
  readonly draft: Draft
  readonly mistake: Mistake | undefined
  readonly effect: Effect
  /** User paths that are known. */
  readonly paths: readonly string[]
  /** Services of the configuration. */
  readonly checkers: readonly string[]
}
