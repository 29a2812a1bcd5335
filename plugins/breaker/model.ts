import type { Target } from '../../src/types.ts'

/** What others may ask the breaker. */
export interface Breaker {
  /** Why this target is not tried now; undefined when it is. */
  whyNot(target: Target): string | undefined
}
