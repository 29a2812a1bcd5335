import type { Place, Tone } from '../concerns/model.ts'

/** Where people are told. */
export interface Hook {
  /** A hash of the address: the same on every gateway, and nothing that a stranger could call. */
  readonly id: string
  /** Holds a token, as often as not: nobody's to see. */
  readonly url: string
  readonly host: string
  readonly format: Format
  /** What `json` is signed with. */
  readonly secret: Uint8Array<ArrayBuffer> | undefined
  /** It is told of nothing less. */
  readonly least: Tone
}

/** `json`: our own, signed as Standard Webhooks say; `slack`: a text, as Slack and those that copy it take it. */
export type Format = 'json' | 'slack'

/** What a notice says. */
export interface Content {
  readonly type: 'concern.began' | 'concern.ended' | 'test'
  readonly tone: Tone
  /** Of the concern; `many` where the notice tells of several. */
  readonly key: string
  /** The keys of those, the first of them. */
  readonly keys?: readonly string[]
  readonly text: string
  readonly place: Place
}

export interface Notice {
  /** Another try has the same one: whoever got it already knows it by that. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly content: Content
}

/** again: worth another try, later. refused: it will never be taken. */
export type Delivery =
  | { readonly kind: 'taken' }
  | { readonly kind: 'again' | 'refused'; readonly why: string }

export type Send = (hook: Hook, notice: Notice) => Promise<Delivery>
