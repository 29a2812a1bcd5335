import type { Ask } from '../report/answers.ts'
import type { Clock } from '../report/period.ts'

/** What all pages about usage need. */
export interface PageDeps extends Clock {
  readonly ask: Ask
  /** What the operator calls a key. */
  readonly keyName: (id: string) => string | undefined
  /** A model that would answer, for examples. */
  readonly example: () => string | undefined
}
