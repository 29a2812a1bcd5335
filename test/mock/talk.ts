import type { Ask } from './ask.ts'
import type { Cache, Piece, Script } from './chat.ts'
import type { Json } from './heard.ts'
import type { Incoming } from './http.ts'
import type { Plan } from './plan.ts'

/** One answer that is about to be written. */
export interface Talk {
  /** Unique, without the prefix that a language gives its ids. */
  readonly id: string
  readonly ask: Ask
  readonly script: Script
  readonly plan: Plan
  readonly cache: Cache
}

/** A language in which models are talked to. */
export interface Language {
  readonly name: string
  /** The media type of its streams, where they are lines of JSON and no events. */
  readonly streamType?: string
  isAsked(incoming: Incoming): boolean
  toAsk(body: Json, incoming: Incoming): Ask
  /** A whole answer. */
  whole(talk: Talk): string
  /** The events of a stream, with their blank lines, also where they are sent as lines. */
  events(talk: Talk): Piece[]
  /** The data of the event that says that an answer fails on its way. */
  readonly failure: { readonly event?: string; readonly data: unknown }
  errorBody(status: number, message: string): string
}

/** An event as a line, its data alone. */
export const toLine = (event: string): string => event.replace(/^data: ([^\n]*)\n\n$/, '$1\n')

/** One event; `tokens` of the completion are given away with it. */
export const event = (name: string | undefined, data: unknown, tokens = 0): Piece => ({
  text: `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`,
  tokens,
})

/** Up to and with the event that carries so many tokens. */
export function upTo(pieces: readonly Piece[], tokens: number): Piece[] {
  let given = 0
  const end = pieces.findIndex(piece => {
    given += piece.tokens
    return given > tokens
  })
  return end < 0 ? pieces.slice(0, -1) : pieces.slice(0, end)
}
