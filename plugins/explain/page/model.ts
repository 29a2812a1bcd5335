import type { WorkingKey } from '../../auth/model.ts'
import type { VirtualModel } from '../../virtual-models/model.ts'
import type { ExplainedTarget, Explanation } from '../decide.ts'
import type { Known } from './phrases.ts'

/** What is asked, as it stands in the address. */
export interface Asked {
  readonly model: string
  readonly userPath: string
  readonly key: string
}

/** What cannot be read, and where it was written. */
export interface Mistake {
  readonly field: keyof Asked
  readonly message: string
}

/** The decision, and what the page says around it. */
export interface Told {
  readonly explanation: Explanation
  readonly keyName: string | undefined
  /** A redirect or policy of this name. */
  readonly find: (source: string) => VirtualModel | undefined
  /** The names that its sentences may speak of. */
  readonly known: Known
  /** The name that was asked for takes the place of a real model. */
  readonly isShadow: boolean
  /** Dollars for a million tokens in and a million out. */
  readonly priceOf: (target: ExplainedTarget) => number | undefined
}

export interface ExplainData {
  readonly asked: Asked
  readonly told?: Told
  readonly mistake?: Mistake
  readonly names: readonly string[]
  readonly paths: readonly string[]
  readonly keys: readonly WorkingKey[]
  /** Names to begin with. */
  readonly examples: readonly string[]
}
