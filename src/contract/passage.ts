import type { Scoped } from '../exchange.ts'
import type { Body } from '../request/body.ts'
import type { Answer, Awaitable, Leg } from '../types.ts'
import type { Dialect, Endpoint, Lens } from './dialect.ts'
import type { Example } from './example.ts'
import type { Sendable } from './provider.ts'

/** Where a passage leads: a call to one provider in its own language. */
export interface Aim {
  readonly provider: string
  /** The model's id there; empty where no model can be told: then the provider as a whole must be open to the caller. */
  readonly model: string
  /** What follows the provider's base URL, with its slash; without dot segments. */
  readonly path: string
  /** With its question mark. Default: none. */
  readonly query?: string
  /** Default: that of the request. */
  readonly method?: string
  /** More headers for the provider. The client's own go along but for credentials and what belongs to the connection. */
  readonly headers?: Readonly<Record<string, string>>
  /** A parsed body is shown to guards and sent as the client wrote it; anything else is sent unseen. */
  readonly body?: Body | Sendable
  /** How the answer is read for usage and errors, where its language is known. */
  readonly lens?: Lens & Partial<Pick<Dialect, 'refusalEvent' | 'isStream'>>
  /** The gateway asked for usage on its own account: the client must not see it. */
  readonly hideUsage?: boolean
  /** The redirects that led here, where names were read on the way. */
  readonly via?: readonly Leg[]
  /** What callers named, for records and messages. Default: `provider/model`. */
  readonly asked?: string
}

/** A parsed body, not one to be sent unseen. Streams must be ruled out by what they are: here they have a `json` of their own. */
export const isBody = (body: Aim['body']): body is Body =>
  typeof body === 'object' && !(body instanceof ReadableStream) && 'json' in body

/** What a passage is given. */
export interface PassageCall {
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly x: Scoped
  /** Bytes that a body held in memory may have. */
  readonly bodyLimit: number
  /** Bytes that an upload held in memory may have. */
  readonly uploadLimit: number
  /**
   * Sends the call on, through every hook that a call to a model passes: access, admission, guards, breaker. At most
   * once per request.
   *
   * @throws Refusal when it is not allowed, or failed.
   */
  forward(aim: Aim): Promise<Answer>
}

/**
 * An endpoint that does not ask a model in a dialect, but passes a call on to one provider (files, batches, its own
 * language), or answers from what the gateway keeps. Same callers, access, records and errors as everywhere.
 */
export interface Passage extends Endpoint {
  readonly methods: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE')[]
  /** From the root; `:name` is a segment, `*` the rest. */
  readonly path: `/${string}`
  /** What `*` stands for, for the document. Default: `rest`. */
  readonly rest?: string
  /** One sentence for the API document. */
  readonly about: string
  /** What the API document shows of it; where it takes several methods, of the one that has a body. */
  readonly example?: Example
  /** Request headers of its own, and what they do; for the API document. */
  readonly heeds?: Readonly<Record<string, string>>
  /** Where the API document lists it. Default: `Models`. */
  readonly tag?: string
  /** What arrives as a body, for the document. Default: no body. */
  readonly takes?: 'json' | 'form' | 'any'
  /**
   * Media types of the good answer, for the document; empty where there never is one. Default: JSON, or whatever else
   * the provider sends.
   */
  readonly gives?: readonly ('application/json' | 'text/event-stream')[]
  /** Statuses of its refusals beside 401, 413 and 503, for the document. Default: those of a call to a provider. */
  readonly refusals?: readonly number[]
  run(call: PassageCall): Awaitable<Answer>
}
