import type { Provider } from './provider.ts'

/** What a plugin would find in the database at a start. */
export interface Foreseen {
  /** Those that it would put on the shelf. */
  readonly providers: readonly Provider[]
  /** What would not be as operators expect, though the gateway would start. */
  readonly troubles: readonly Foretold[]
}

export interface Foretold {
  /** `provider openai-east`. */
  readonly about: string
  /** A sentence, without its period. */
  readonly text: string
  /** Something would not work; otherwise somebody may want to know. */
  readonly isBad: boolean
}
