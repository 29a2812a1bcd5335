import { timedId } from './base/runtime.ts'
import { type Endpoint, isDialect, type Lens } from './contract/dialect.ts'
import type { Aim } from './contract/passage.ts'
import type { Refusal } from './errors.ts'
import type { Body } from './request/body.ts'
import type {
  Answer,
  Attempt,
  Caller,
  Limits,
  Recalled,
  Route,
  SocketEnd,
  SocketListener,
  Target,
  Usage,
  UserPath,
} from './types.ts'

/** Gives back what somebody took; the name is for the log, should it fail. */
export interface Release {
  readonly plugin: string
  readonly run: () => void
}

/** Facts about the connection that only the server knows. */
export interface Connection {
  /** The peer is this machine, and no proxy stands in between. */
  readonly loopback: boolean
  /** The request has arrived; from now on silence is a model that thinks. */
  keepOpen(): void
  /** An answer is there: a client that takes nothing of it for minutes, or asks nothing more, is gone. */
  expectReading(): void
  /**
   * Makes a WebSocket of the connection; `listen` is called once it is open. False where the client is gone, or asked for
   * none. Absent where no server listens.
   */
  upgrade?(headers: Readonly<Record<string, string>>, listen: (client: SocketEnd) => SocketListener): boolean
}

/** Of what the gateway asks itself. */
export const LOCAL: Connection = { loopback: true, keepOpen: () => {}, expectReading: () => {} }

/** One line of a decision, for `explain`. */
export interface Step {
  readonly plugin: string
  readonly text: string
}

/** Sees the answer of a copy, as a tap sees that of a call. */
export type Hearing = (x: Answered) => ((data: string) => string) | undefined

/** A stream that ended before it said what it cost. */
export interface Unfinished {
  /** Bytes that arrived. */
  readonly size: number
  /** The first of them, in the client's dialect; cut off where there were many. */
  readonly bytes: Uint8Array
}

/**
 * One request on its way through the house. Only `pipeline.ts`, `in-flight.ts`, `respond/`, `ask/` and `translate/` write
 * to it; plugins see the read-only views below. A class, so that all requests have one shape.
 */
export class Exchange {
  readonly id: string = timedId()
  /** Milliseconds, monotonic. */
  readonly startedAt: number = performance.now()
  readonly request: Request
  readonly connection: Connection
  readonly endpoint: Endpoint
  /** Ends the try under way; each try has its own. */
  abort: AbortController = new AbortController()
  /** Why no further try makes sense: the client hung up, there was no room in time, time is over, or the gateway stops. */
  cut: Refusal | undefined = undefined
  readonly releases: Release[] = []
  readonly attempts: Attempt[] = []
  /** `explain` and listing only look: nothing may be fetched, counted or remembered. */
  readonly dry: boolean = false
  readonly trace: Step[] | undefined = undefined
  caller!: Caller
  userPath!: UserPath
  body: Body | undefined = undefined
  asked: string = ''
  stream: boolean = false
  route!: Route
  /** Where a passage leads; absent where a dialect asks a model. */
  aim: Aim | undefined = undefined
  /** How the answer is read; absent where nobody looks into it. */
  lens: Lens | undefined
  target: Target | undefined = undefined
  answer: Answer | undefined = undefined
  /** The id of the call that this one repeats at another target (`Host.copy`): nobody waits for it, or sees its answer. */
  copyOf: string | undefined = undefined
  /** Sees the answer of such a copy, and changes nothing. */
  hear: Hearing | undefined = undefined
  /** So many answers of a conversation are under way, or asked for: some providers give several at a time. */
  answers: number = 0
  /** The answer was stored: nobody was asked, and `target` is who gave it when it was. */
  recalled: Recalled | undefined = undefined
  usage: Usage | undefined = undefined
  /** Why the model stopped, in the words of the dialect: `stop`, `tool_calls`, `max_tokens`. */
  finish: string | undefined = undefined
  /**
   * The beginning of a stream whose end, and with it the usage, was never seen: what an estimate can be made from. Set
   * at the end, and only then.
   */
  unfinished: Unfinished | undefined = undefined
  /** What was left out on the way to a provider that has no such parameter; the caller is told in a header. */
  readonly warnings: string[] = []
  /** What of the client's own gave way to what the operator has set, whoever answers; told in the same header. */
  overruled: readonly string[] = []
  /** What the provider of the last try says of its limits. */
  limits: Limits | undefined = undefined
  refusal: Refusal | undefined = undefined
  /** Milliseconds from the start to the first byte of the answer. */
  firstByteMs: number | undefined = undefined
  /** Milliseconds from the start to the end; 0 until then. */
  totalMs: number = 0
  /** Of these, milliseconds that went by waiting for providers, all tries together; of a stream, until it began. */
  upstreamMs: number = 0
  /** Since when a provider is waited for, on the clock of `startedAt`; 0 while none is. */
  waitsSince: number = 0
  /** Milliseconds that it stood in a line, until there was room to ask a provider. */
  queuedMs: number = 0
  /** It stands in a line now. */
  isQueued: boolean = false
  status: number = 0
  settled: boolean = false
  /** Where it stands among the exchanges under way; -1 when it does not. */
  slot: number = -1
  /** The client went away before the answer was complete. */
  hungUp: boolean = false
  /** Since when nothing has gone to the client; on the clock of `startedAt`. */
  quietSince: number = this.startedAt
  /** Called when a client has heard nothing for long. */
  onQuiet: (() => void) | undefined = undefined
  /** When the try under way must have begun to answer; on the clock of `startedAt`. */
  attemptDeadline: number | undefined = undefined

  constructor(request: Request, endpoint: Endpoint, connection: Connection) {
    this.request = request
    this.endpoint = endpoint
    this.lens = isDialect(endpoint) ? endpoint : undefined
    this.connection = connection
  }

  /** Aborts when nobody waits any more: the client has gone away, or the gateway stops. Each try has its own. */
  get signal(): AbortSignal {
    return this.abort.signal
  }
}

/** Ends an exchange from outside: its try is aborted, and no other follows. */
export function cutShort(x: Exchange, refusal: Refusal): void {
  x.cut ??= refusal
  x.abort.abort(refusal)
}

/** A provider is asked: what goes by from here on is its time, and that of the package that speaks its language. */
export function beginWait(x: Exchange): void {
  x.waitsSince = performance.now()
}

/** It has answered, or never will. Said again it changes nothing. */
export function endWait(x: Exchange, now: number = performance.now()): void {
  if (x.waitsSince === 0) return
  x.upstreamMs += now - x.waitsSince
  x.waitsSince = 0
}

/**
 * Who operates the gateway, and speaks for nobody else: all that a provider's account holds is there for it. A key that
 * may operate calls as any other key does.
 */
export const isOperator = ({ caller, userPath }: Pick<Exchange, 'caller' | 'userPath'>): boolean =>
  (caller.kind === 'master' || caller.kind === 'open') && userPath === '/'

type View<K extends keyof Exchange> = Readonly<
  Pick<Exchange, 'id' | 'startedAt' | 'request' | 'connection' | 'endpoint' | K>
>

export type Received = View<never>
export type Identified = View<'caller'>
export type Scoped = View<'caller' | 'userPath' | 'signal'>
export type Parsed = View<'caller' | 'userPath' | 'body' | 'asked' | 'stream'>
export type Routed = View<'caller' | 'userPath' | 'body' | 'asked' | 'stream' | 'route' | 'lens' | 'aim'>
export type Attempted = View<
  'caller' | 'userPath' | 'body' | 'asked' | 'stream' | 'route' | 'lens' | 'aim' | 'target'
>
/**
 * An answer is there, whole or as a stream, whatever was asked for. Of a stream that begins early the target is known
 * later, and the usage of any stream at its end. Where a passage answered by itself there is no route.
 */
export type Answered = View<
  | ('caller' | 'userPath' | 'body' | 'asked' | 'stream' | 'route' | 'lens' | 'aim')
  | ('target' | 'usage' | 'recalled' | 'answer' | 'answers')
>
/** What one answer within a conversation took, or the model that works beside it. The conversation goes on. */
export interface Spent {
  readonly x: Answered
  /** Counts from 1 within the conversation. */
  readonly number: number
  /** Whose tokens they are. */
  readonly target: Target
  /** Undefined where nobody has said it. */
  readonly usage: Usage | undefined
  /** Milliseconds since the answer began; 0 where that was not told. */
  readonly ms: number
}

export type Settled = Received &
  Readonly<
    Partial<
      Omit<
        Exchange,
        'releases' | 'abort' | 'slot' | 'attempts' | 'onQuiet' | 'quietSince' | 'waitsSince' | 'isQueued'
      >
    >
  > & {
    readonly attempts?: readonly Attempt[]
  }

/**
 * All that a routing decision may depend on. The request path, `/v1/models` and `explain` make the same decision
 * from the same facts; with `dry` set, a hook looks but neither fetches, counts nor remembers.
 */
export type Deciding = Readonly<Pick<Exchange, 'caller' | 'userPath' | 'dry' | 'trace'>> &
  Readonly<Partial<Pick<Exchange, 'aim'>>>

/** A decision with what ties requests together; absent in `explain` unless it is told. */
export type Ordering = Deciding & Readonly<Partial<Pick<Exchange, 'request' | 'endpoint' | 'body'>>>
