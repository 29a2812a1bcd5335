import type { JsonObject } from '../types.ts'

/** What a vendor says about how one of its models thinks. Of models that it does not know it says nothing. */
export interface Thinking {
  /** It refuses to be asked. */
  readonly thinks?: false
  /** How it is told a number of tokens; absent where it is told an effort instead. */
  readonly budget?: Budget
  /** It decides itself how much it thinks, and refuses to be told a number. */
  readonly decides?: true
  /** It refuses to be told not to think. */
  readonly always?: true
  /** Efforts that it refuses, although others of its make know them. */
  readonly refusesEfforts?: ReadonlySet<string>
}

export interface Budget {
  readonly least: number
  readonly most?: number
  /** The number, as options of the vendor's package. */
  toOptions(tokens: number): JsonObject
  /**
   * The number is a part of the limit of all output and has to be less, and the package adds the one to the other. Such
   * models also refuse to think in the middle of their work with tools when they do not get back what they thought.
   */
  readonly isWithinLimit?: true
  /** Efforts are no budgets to it. */
  readonly hasEfforts?: true
  /** An effort may stand beside the number; where neither this nor `hasEfforts` is true, it is refused. */
  readonly takesEffort?: true
}
