import type { Change } from './body.ts'
import type { Refusal } from './errors.ts'
import type { JsonObject, Usage } from './types.ts'

/** What the door mounts and the pipeline serves: a dialect that asks a model, or a route that answers by itself. */
export interface Endpoint {
  /** The operation's name in logs: `openai-chat`, `models`. */
  readonly name: string
  /** The client's own error shape. Default: `{ error: { message, type, param, code } }`. */
  refusal?(refusal: Refusal, request: Request, id: string): unknown
}

/**
 * A client's language, seen as a lens over its parsed JSON. Bodies are never rewritten through it: when the provider
 * speaks the same dialect, the client's bytes pass, and the lens only reads.
 */
export interface Dialect extends Endpoint {
  /** Where clients post it. */
  readonly path: `/${string}`
  /** One sentence for the API document. */
  readonly about: string
  /** True when the client wants server-sent events. */
  isStream(body: JsonObject): boolean
  /**
   * What has to change in the body so that a stream reports its usage, as the new value of one top-level field;
   * undefined when the client asked for it already.
   */
  askUsage?(body: JsonObject): Change | undefined
  /** Tokens in a whole answer or in one stream event; undefined when it reports none. */
  usage(part: JsonObject): Usage | undefined
  /**
   * The error that a whole answer or a stream event carries although its status said "ok"; undefined when it is none.
   * `status` is what the provider would have said, where it tells.
   */
  failure(part: JsonObject): { readonly status: number; readonly message: string } | undefined
  /** The event reports usage and nothing else: it is hidden from a client that did not ask. */
  isUsageOnly(event: JsonObject): boolean
  /**
   * What the data of a stream event ends, well or not: the `answer` (usage may follow), or the `stream`, behind which
   * nothing is expected. Undefined for all other events.
   */
  endOf(data: string): 'answer' | 'stream' | undefined
  /** The error as one server-sent event, blank line included. */
  refusalEvent(refusal: Refusal, id: string): string
  /** Request headers that go to a provider of the same dialect unchanged (lower case). */
  readonly forwardedHeaders: readonly string[]
}

/** Narrows an endpoint to a dialect. */
export const isDialect = (endpoint: Endpoint): endpoint is Dialect => 'isUsageOnly' in endpoint
