import type { Land } from './flights.ts'
import type { Meaning } from './model.ts'
import type { Recording } from './recording.ts'
import type { Wishes } from './wishes.ts'

/** What is known of a call to a model whose answers are kept. */
export interface Note {
  /** The same question may get the same answer. */
  readonly isRepeatable: boolean
  readonly wishes: Wishes
  /** What `x-modelway-cache` tells the client. */
  verdict: 'hit' | 'joined' | 'similar' | 'miss' | 'bypass'
  /** How alike the question was that the answer was given to. */
  score?: number | undefined
  /** Of a stored answer (milliseconds). */
  age?: number
  /** What the answer will depend on; absent where it is not to be kept. */
  digest?: string
  /** Under which the first target's answer is kept. */
  key?: string | undefined
  /** `removals` of the shelf when a provider was asked. */
  removals?: number
  /** What was asked, where that is known. */
  meaning?: Meaning | undefined
  recording?: Recording
  /** Tells those who wait for the answer of this call. */
  land?: Land
}
