import type { Target } from '../../src/types.ts'
import type { Trouble } from '../model-lists/model.ts'

/** What others may ask the breaker. */
export interface Breaker {
  /** Why this target is not tried now; undefined when it is. */
  whyNot(target: Target): string | undefined
  /** What of a provider is not tried now, and why; empty when all of it is. */
  resting(provider: string): readonly Trouble[]
}
