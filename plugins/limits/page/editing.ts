import type { Draft, Mistake } from './draft.ts'

/** What the form for a limit shows. */
export interface Editing {
  readonly draft: Draft
  readonly mistake: Mistake | undefined
  /** What it would do, in a sentence; undefined as long as it says nothing. */
  readonly effect: string | undefined
  /** User paths that are known. */
  readonly paths: readonly string[]
}
