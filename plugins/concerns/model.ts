import type { Awaitable } from '../../src/types.ts'

/** `bad`: calls fail because of it; `amber`: they may, or figures are not whole. */
export type Tone = 'bad' | 'amber'

/** A part of a sentence; a name may hold anything, and is shown letter by letter. */
export type Word = string | { readonly name: string }

/** A page, below `/dashboard`. */
export type Place = `/${string}`

/** Something that an operator should look at. */
export interface Concern {
  /** What it is about; tells it from others of its kind, and stays the same while it stands. */
  readonly about: string
  readonly tone: Tone
  /** A sentence. */
  readonly words: readonly Word[]
  /** What the link to its page says. */
  readonly act: string
  readonly place: Place
}

/** A kind of concerns, and who knows of them. */
export interface Watch {
  /** In kebab-case. */
  readonly kind: string
  /** What several of them are called: `keys that expire within a week`. */
  readonly many: string
  /** The page that shows all of them, and what the link to it says. */
  readonly act: string
  readonly place: Place
  /** Those that stand now. Called often where people are told of them: it must cost little. */
  look(): Awaitable<readonly Concern[]>
}

/** A concern that stands now. */
export interface Standing extends Concern {
  /** `limit:alpha`: the same on every gateway. */
  readonly key: string
  readonly watch: Watch
  /** The sentence as plain text. */
  readonly text: string
}

/** What the plugin `concerns` offers to others. */
export interface Concerns {
  /** During `setup`. */
  add(watch: Watch): void
  /** What needs attention now, what is worst first. */
  look(): Promise<readonly Standing[]>
}
