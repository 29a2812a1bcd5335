/** The nouns every room shares. This file imports nothing and holds no values and no behaviour. */

export type Awaitable<T> = T | Promise<T>

/** Where a caller stands in the operator's hierarchy: `/team/alpha/service`. `/` is the root, above all others. */
export type UserPath = `/${string}`

/** A parsed JSON object of unknown shape. */
export type JsonObject = Readonly<Record<string, unknown>>

/**
 * Who calls. `token`: by the word of an identity provider. `open`: the gateway knows nobody by any key and listens on
 * loopback only.
 */
export interface Caller {
  readonly kind: 'master' | 'key' | 'token' | 'open'
  /** Stable and safe to log: the key's id, `jwt:ISSUER#SUBJECT`, `master` or `open`. */
  readonly id: string
  readonly name: string
  /** The path this caller is bound to; it wins over what the caller says about itself. */
  readonly path?: UserPath
  /** The caller may name a path below its bound one. */
  readonly subPaths: boolean
  /** Selectors and redirect names this caller is limited to; absent means no limit. */
  readonly models?: ReadonlySet<string>
  readonly labels: Readonly<Record<string, string>>
  /** Of the key that has made this caller's: what is closed to that one is closed to this one, too. */
  readonly maker?: Pick<Caller, 'path' | 'subPaths' | 'models'>
}

/** Who operates the gateway. Writes made with a `session` must carry its CSRF token. */
export interface Admin {
  readonly via: 'master' | 'key' | 'session' | 'token' | 'loopback'
  /** May change something. Who may not is a reader: the door refuses what they try to change, whatever plugin it is of. */
  readonly mayWrite: boolean
  /** The person or the key, where that is known. Has an `@`, or an id behind it, so that nobody is called like a way in. */
  readonly name?: string
  /** The token that a page puts into its forms; absent where no cookie is involved. */
  readonly csrf?: string
}

/** A concrete model at a provider. */
export interface Target {
  readonly provider: string
  readonly model: string
  /** The redirects that led here, outermost first; empty when the caller named the model itself. */
  readonly via: readonly Leg[]
}

/** One step through a redirect: which of its targets was taken. */
export interface Leg {
  readonly source: string
  readonly index: number
}

/** A name that still has to be read: what the caller asked for, or what a redirect put in its place. */
export interface Name {
  readonly name: string
  readonly via: readonly Leg[]
}

/** Why a name or a target does not take part. `reason` is for operators; callers never see it. */
export interface Dropped {
  readonly name: string
  readonly via: readonly Leg[]
  readonly code: 'model_not_found' | 'model_access_denied' | 'model_unavailable'
  readonly reason: string
  /** The caller could use what a redirect leads to here, were it there: it may know that there is nothing. */
  readonly isOpen?: boolean
  /** It is there for other callers, and this one is answered as if it were not. Only `explain` tells of it. */
  readonly isForOthers?: boolean
}

/** The decision about one model name. Plugins fill it in turn; the pipeline tries `targets` in order. */
export interface Route {
  readonly asked: string
  /** Not yet read as a provider's model. */
  readonly names: readonly Name[]
  readonly targets: readonly Target[]
  readonly dropped: readonly Dropped[]
}

/** An entry of `GET /v1/models` before it takes a client's shape. */
export interface ListedModel {
  readonly id: string
  readonly kind: 'model' | 'redirect'
  readonly ownedBy: string
  /** Seconds since 1970; 0 where unknown. */
  readonly created: number
  readonly displayName?: string
  /** What a call of this name, by the caller who asks, may reach. For the gateway: a redirect's are nobody's to see. */
  readonly targets?: readonly Target[]
}

/**
 * Tokens of one answer. The parts are disjoint: their sum is what the provider counted. An absent part is one that this
 * provider does not tell apart; its tokens are then in the part above it.
 */
export interface Usage {
  /** Text input (or all input) that was neither read from nor written to a cache. */
  readonly input: number
  readonly cacheRead: number
  /** Written to a cache that lives for five minutes, or for as long as the provider does not say. */
  readonly cacheWrite: number
  /** Written to a cache that lives for an hour. */
  readonly cacheWriteHour?: number
  readonly audioInput?: number
  readonly imageInput?: number
  /** Output without reasoning. */
  readonly output: number
  readonly reasoning: number
  readonly audioOutput?: number
  readonly imageOutput?: number
  /** What the provider itself says that the answer cost, in US dollars. */
  readonly reportedCost?: number
  /**
   * The terms under which the provider says that it served it, where it does not ask its usual price for that: `flex`
   * (when it had the time), `batch`, `priority`, `fast`, `us` (in that country only), `region`; with spaces between them.
   */
  readonly terms?: string
}

/** What a finished try at one target looked like. */
export interface Outcome {
  readonly ok: boolean
  /** The provider's HTTP status; absent when no answer came. */
  readonly status?: number
  /** The gateway's error code; absent when ok. */
  readonly code?: string
  /** Milliseconds until the answer began or the try failed; 0 where the provider was not asked. */
  readonly ms: number
  /** Seconds that the provider asked to wait. */
  readonly retryAfter?: number
  /** The answer arrives as a stream. */
  readonly stream?: boolean
  /** Tokens that a failed try has cost all the same. */
  readonly usage?: Usage
}

/** One try at one target, as it is remembered. */
export interface Attempt extends Outcome {
  readonly target: Target
}

/** Of an answer that was stored: the call for which it was first given. */
export interface Recalled {
  /** Who gave it, by the way that leads there now. */
  readonly target: Target
  /** What it took then; absent where the provider did not say. The call that gets it again takes nothing. */
  readonly usage?: Usage | undefined
  /** What was left out for this target. */
  readonly warnings: readonly string[]
  /** How long the call that gets it waited for another one that had asked already (milliseconds). */
  readonly waited?: number | undefined
  /** How alike the two questions are (up to 1); absent where they are the same. */
  readonly similarity?: number | undefined
}

/** A complete answer. */
export interface WholeAnswer {
  readonly kind: 'whole'
  readonly body: Uint8Array<ArrayBuffer>
  /** Empty where there is none to be said. */
  readonly contentType: string
  readonly usage?: Usage | undefined
  /** Why the model stopped. */
  readonly finish?: string | undefined
  /** Default: 200. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Values of `set-cookie`, the one header that comes as often as it has values. */
  readonly cookies?: readonly string[]
  /** It was stored, and nobody was asked. */
  readonly recalled?: Recalled
}

/** What a provider says of its limits, as it says it: headers such as `x-ratelimit-remaining-tokens`, in lower case. */
export type Limits = Readonly<Record<string, string>>

/** One read of a stream of bytes. */
export type StreamRead = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>['read']>>

/** Where the bytes of a stream come from. */
export interface ByteSource {
  read(): Awaitable<StreamRead>
  cancel(reason?: unknown): Promise<void>
}

/** An answer that is still arriving: events in the client's own dialect. */
export interface StreamedAnswer {
  readonly kind: 'stream'
  readonly reader: ByteSource
  /** What has been read of it already, to see whether it begins with an error. */
  readonly head?: Uint8Array<ArrayBuffer>
  /** A read that was begun and has not ended. */
  readonly pending?: Promise<StreamRead>
  /** The gateway asked for usage on its own account: the client must not see it. */
  readonly hideUsage: boolean
  /** What the answer cost, where its events do not tell it as the provider did; `read` is what they told. Asked at the end. */
  readonly usage?: (read: Usage | undefined) => Usage | undefined
  /** It was stored, and nobody was asked. */
  readonly recalled?: Recalled
}

/** Bytes that nobody looks into: audio, files, languages that the gateway does not know. */
export interface RawAnswer {
  readonly kind: 'raw'
  readonly reader: ByteSource
  /** Empty where there is none to be said. */
  readonly contentType: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** As in `WholeAnswer`. */
  readonly cookies?: readonly string[]
  /** What its end told, once it has come. */
  readonly usage?: () => Usage | undefined
}

/** What is said on a WebSocket: a text, or bytes. */
export type Message = string | Uint8Array<ArrayBuffer>

/** One end of a WebSocket. */
export interface SocketEnd {
  /** Tells how many bytes wait now to be taken by the other side. */
  send(message: Message): number
  close(code: number, reason: string): void
}

/** Hears what comes over a WebSocket. `closed` is the last that it hears. */
export interface SocketListener {
  message(message: Message): void
  closed(code: number, reason: string): void
}

/** A WebSocket to a provider. What comes before anybody listens is kept. */
export interface ProviderSocket extends SocketEnd {
  /** The first message, which a listener hears again; undefined where it closes without any. */
  readonly first: Promise<Message | undefined>
  listen(listener: SocketListener): void
}

/** A conversation: messages both ways, until one side closes. */
export interface SocketAnswer {
  readonly kind: 'socket'
  readonly socket: ProviderSocket
}

export type Answer = WholeAnswer | StreamedAnswer | RawAnswer | SocketAnswer
