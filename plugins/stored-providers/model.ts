import type { Provider } from '../../src/contract/provider.ts'

/** What history calls them. */
export const KIND = 'provider'

/** A text that only this gateway can read. */
export interface Sealed {
  readonly box: string
  /** When an operator typed it (milliseconds since 1970). */
  readonly setAt: number
}

/** What is stored of a provider, by the names that its type has for its settings. */
export interface StoredState {
  /** The name of a type: `openai`. */
  readonly type: string
  readonly enabled: boolean
  readonly settings: Readonly<Record<string, string | readonly string[]>>
  readonly secrets: Readonly<Record<string, Sealed>>
}

/** A provider that an operator has added. */
export interface StoredProvider extends StoredState {
  readonly name: string
  readonly version: number
  /** Its row cannot be read: nothing but its name is known. */
  readonly isDamaged?: true
}

/** What became of a stored provider. */
export interface Made {
  readonly stored: StoredProvider
  /** Absent where it is switched off, or cannot be made. */
  readonly provider?: Provider
  /** Why it cannot be made, in a sentence. */
  readonly trouble?: string
  /** Secrets that no key at hand opens, by the names that operators write. */
  readonly unreadable?: readonly string[]
  /** Secrets that only a former key opens: the next time it is saved the present one seals them. */
  readonly isSealedByFormer: boolean
}
