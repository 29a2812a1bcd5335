import type { Refusal } from '../errors.ts'
import type { Answered } from '../exchange.ts'
import type { Change } from '../request/body.ts'
import type { JsonObject, Usage } from '../types.ts'
import type { Example } from './example.ts'
import type { Preset, Tell } from './preset.ts'
import type { CallIds, Provider, Warn } from './provider.ts'
import type { Question } from './question.ts'
import type { Thinking } from './thinking.ts'
import type { Translation } from './translation.ts'

/** By whose names limits are told: `x-ratelimit-…`, or `anthropic-ratelimit-…`. */
export type LimitStyle = 'openai' | 'anthropic'

/** What the door mounts and the pipeline serves: a dialect that asks a model, or a route that answers by itself. */
export interface Endpoint {
  /** The operation's name in logs: `openai-chat`, `models`. */
  readonly name: string
  /** A response header that carries the request's id beside `x-request-id`, where clients of this language read another one. */
  readonly idHeader?: string
  /** By whose names clients of this language read what is left of a provider's limits. Default: OpenAI's. */
  readonly limits?: LimitStyle
  /** The client's own error shape. Default: `{ error: { message, type, param, code } }`. */
  refusal?(refusal: Refusal, request: Request, id: string): unknown
  /** What `WWW-Authenticate` says behind `Bearer` to who is not known: how to become it. */
  challenge?(request: Request): string
}

/** How the answers of a language are read: whole ones, and the events of a stream. Bodies are never rewritten through it. */
export interface Lens {
  /**
   * Tokens in a whole answer or in one stream event, added to what earlier events of the stream told. Asked of events with
   * a `usage` or `usageMetadata`, and of the one that ends the answer.
   */
  usage(part: JsonObject, earlier?: Usage): Usage | undefined
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
  /** Why the model stopped, in the words of the dialect, where a whole answer or an event says it. */
  finish?(part: JsonObject): string | undefined
  /**
   * The event says nothing yet that a client could not unhear: only that an answer begins. Such events are held back
   * for a moment, so that a failure right behind them can still be tried elsewhere.
   */
  isPreamble?(event: JsonObject): boolean
  /** Set where clients fail at comments in a stream: of silence they hear a blank line. */
  readonly refusesComments?: true
  /** Fields that name the model in an answer or an event, as paths: `[['model'], ['message', 'model']]`. Default: `model`. */
  readonly modelAt?: readonly (readonly string[])[]
}

/** What is said in a language that clients speak over a WebSocket. Its messages pass as they are, but for models' names. */
export interface Talk {
  /** Subprotocols of WebSockets that mean this language; the first of them that a client offers is taken. */
  readonly protocols: readonly string[]
  /** The fields of the query as the provider gets them, which calls the model by this name. */
  query(asked: JsonObject, model: string): Readonly<Record<string, string>>
  /** Headers for the provider, made of the client's headers and subprotocols. */
  headers(request: Request): Readonly<Record<string, string>>
  /**
   * A client's message as it goes on to the provider: the same text where it names no model.
   *
   * @throws Refusal of what must not go on; the client is told so, and the conversation goes on.
   */
  fromClient(message: string, x: Answered): string
  /** With this message a client asks for an answer. */
  asks(message: string): boolean
  /** What a message of the provider's tells about answers; undefined where it tells nothing. */
  fromProvider(message: string): Turn | undefined
}

/**
 * An answer begins; an answer ends, and so much it took; the model that works beside the conversation (that transcribes)
 * is another one, or none, from now on; it has done something, and so much it took; something failed, with the status
 * that HTTP has for it.
 */
export type Turn =
  | { readonly kind: 'begin' }
  | { readonly kind: 'end'; readonly usage: Usage | undefined }
  | { readonly kind: 'helper'; readonly model: string | undefined }
  | { readonly kind: 'helped'; readonly usage: Usage | undefined }
  | { readonly kind: 'error'; readonly status: number; readonly message: string }

/** What an address says where other languages say it in the body: which model, and how it answers. */
export interface Said {
  /** Other paths of the same: older and newer versions of an API. */
  readonly also?: readonly `/${string}`[]
  /** How such an address ends, behind the model's name, and which fields of a body that stands for: `{ stream: true }`. */
  readonly endings: Readonly<Record<string, JsonObject>>
  /**
   * All fields that an address stands for, `model` among them. `name` is what stands before the ending, decoded, and
   * `fields` are those of the ending.
   *
   * @throws Refusal of what must not stand in an address.
   */
  read(name: string, fields: JsonObject, query: URLSearchParams): JsonObject
}

/** Where a body goes. */
export interface Toward {
  /** The model's id there. */
  readonly model?: string
  /** The provider's type, and its address. */
  readonly type?: string
  readonly baseUrl?: string | undefined
  /** The ids of tool calls that the provider takes, where it does not take any. */
  readonly callIds?: CallIds | undefined
  /** How the model thinks, where its provider knows. */
  readonly thinking?: Thinking | undefined
  /** The model takes words of the system at the beginning only. */
  readonly refusesLateSystem?: boolean | undefined
  /** Something is left out: a line for the caller. */
  readonly warn: Warn
}

/**
 * A client's language, seen as a lens over its parsed JSON. Where the provider speaks the same one, the client's bytes
 * pass, and the lens only reads; where it does not, `translation` carries the call over.
 */
export interface Dialect extends Endpoint, Lens {
  /** Where clients post it, or open a WebSocket. */
  readonly path: `/${string}`
  /** One sentence for the API document. */
  readonly about: string
  /** What the API document shows of it. */
  readonly example?: Example
  /** What is asked for, in records and spans: `text_completion`. Default: by the kind of `translation`, else the name. */
  readonly operation?: string
  /** How bodies arrive. A `form` is multipart; its text fields are the JSON that everybody sees. Default: `json`. */
  readonly takes?: 'json' | 'form'
  /** What may come back beside event streams: `json` only (the default), or any content type (audio, subtitles). */
  readonly gives?: 'json' | 'any'
  /**
   * The body in this language, where clients are known to send another one here; the same object where they did not. What
   * has no counterpart is told with `warn`.
   */
  read?(body: JsonObject, warn: Warn): JsonObject
  /**
   * The body with what an operator has set, as far as the language has words for it; `tell` hears which fields of the
   * client gave way. Without it nothing can be set.
   */
  preset?(body: JsonObject, preset: Preset, tell: Tell): JsonObject
  /**
   * The body for a provider that speaks this language, without what the gateway itself has brought into a conversation,
   * or its other targets; the same object where there is nothing of the kind.
   */
  outgoing?(body: JsonObject, toward: Toward): JsonObject
  /** False where a body says what only who made the language understands, and few others that speak it. */
  isCommon?(body: JsonObject): boolean
  /**
   * Set where names of fields are written `soTogether`, and who reads them tells large letters from small ones. Elsewhere a
   * field in large letters is another spelling of one in small letters, and makes room for what an operator sets.
   */
  readonly spelling?: 'camel'
  /**
   * How a stream is framed on its way, to clients and from providers: `lines` of JSON, each an event. Default: server-sent
   * events, which it is within the house in any case.
   */
  readonly framing?: 'lines'
  /** True when the client wants a stream. */
  isStream(body: JsonObject): boolean
  /**
   * True where a stored answer to the same body is as good as a new one: nothing is kept for later, changed, or gone on
   * with, and the answer does not expire. Without it no answer is ever given twice.
   */
  isRepeatable?(body: JsonObject): boolean
  /**
   * What a user says last, and the rest of the body; undefined where there is more than words to it: tools, pictures,
   * several answers. Without it only the same words get the same answer.
   */
  question?(body: JsonObject): Question | undefined
  /**
   * What has to change in the body so that a stream reports its usage, as the new value of one top-level field;
   * undefined when the client asked for it already.
   */
  askUsage?(body: JsonObject): Change | undefined
  /** How providers of other languages are asked. Without it only those that speak this one can serve. */
  readonly translation?: Translation
  /**
   * Set where clients speak it over a WebSocket, which they open with a GET. The fields of the query are the JSON that
   * everybody sees.
   */
  readonly talk?: Talk
  /**
   * Set where the address says which model is asked; `path` then ends in `/*`, and several dialects may share it. What it
   * says is part of the JSON that everybody sees, and of no body that goes to a provider.
   */
  readonly said?: Said
  /** The error as one server-sent event, blank line included, also where streams are lines; on a WebSocket as a message. */
  refusalEvent(refusal: Refusal, id: string): string
  /** Names of request headers that go to a provider of the same dialect unchanged (lower case). */
  readonly forwardedHeaders: readonly string[]
}

/** The provider understands this body of the language as it is. */
export const isSpoken = (
  { wires, partly }: Pick<Provider, 'wires' | 'partly'>,
  dialect: Pick<Dialect, 'name' | 'isCommon'>,
  body: JsonObject,
): boolean => wires.has(dialect.name) && !(partly?.has(dialect.name) && dialect.isCommon?.(body) === false)

/** Every path where clients find it. */
export const pathsOf = ({ path, said }: Pick<Dialect, 'path' | 'said'>): readonly string[] => [
  path,
  ...(said?.also ?? []),
]

/** Narrows an endpoint to a dialect. */
export const isDialect = (endpoint: Endpoint): endpoint is Dialect => 'isUsageOnly' in endpoint
