import type { LanguageModelV4CustomContent, SharedV4ProviderMetadata } from '@ai-sdk/provider'
import type { GenericSchema } from 'valibot'
import type { Awaitable, JsonObject, Usage } from '../types.ts'
import type { Model } from './model.ts'
import type { Thinking } from './thinking.ts'
import type { Offers } from './translation.ts'

type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/** What may be sent: text, a form, bytes, or bytes on their way. */
export type Sendable = string | FormData | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>

/** A call to a provider, ready to be sent. */
export interface UpstreamCall {
  /** Its origin must be that of `baseUrl`, or one of `origins`. */
  readonly url: string
  /** Default: POST. */
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Sendable
}

/** What a provider needs to know to build a call. */
export interface CallFacts {
  /** The client's dialect; one of the provider's `wires`. */
  readonly dialect: string
  /** The model's id at this provider. */
  readonly model: string
  /** The client wants a stream. */
  readonly stream: boolean
  /** The body with model and usage settings already in place; JSON, unless the dialect takes forms. */
  readonly body: string | FormData
  /** What the address says behind its path, with its question mark. Default: nothing. */
  readonly query?: string
  /** Headers that the dialect lets through. */
  readonly headers: Readonly<Record<string, string>>
}

/** Tells the caller that something is left out. */
export type Warn = (line: string) => void

/** What a body of the gateway's own is adapted for. */
export interface AdaptFacts {
  /** The language of the body; one of the provider's `wires`. */
  readonly dialect: string
  /** The model's id at this provider. */
  readonly model: string
  /** Something is left out: a line for the caller. */
  readonly warn: Warn
}

/** A call in the provider's own language, whatever that is. */
export interface NativeFacts {
  readonly method: string
  /** What follows the provider's base URL: begins with a slash, has no dot segments, is encoded as the client wrote it. */
  readonly path: string
  /** With its question mark; empty where there is none. */
  readonly query: string
  /** The client's, without credentials, cookies and what belongs to the connection. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Sendable
}

/**
 * Reads a provider's own report of usage: the counts that are known already come first, and what the package tells of the
 * answer beside it last.
 */
export type UsageReader = (usage: Usage, raw: JsonObject, beside?: SharedV4ProviderMetadata) => Usage

/** Reads what a stream tells of usage long before its end, in a part of the vendor's own; undefined where it tells nothing. */
export type EarlyUsageReader = (part: LanguageModelV4CustomContent) => Usage | undefined

/** The ids of tool calls that a vendor takes. A conversation may hold those of another, where it was before. */
export interface CallIds {
  readonly fits: RegExp
  /** Letters and digits of an id in the place of one that does not fit. */
  readonly length: number
  /** All ids of its own have this form: another one is somebody else's, in its own language too. */
  readonly isOwnForm?: true
}

/** The provider's word → ours. `error` is a failure: the next target is asked, or the client told. */
export type Endings = Readonly<Record<string, 'stop' | 'length' | 'content-filter' | 'error'>>

/**
 * A configured upstream. It says where a call goes and with which credentials; it never retries, logs or counts: those
 * live in `ask/`, once for all.
 */
export interface Provider {
  /** The instance, as selectors and `provider/model` names spell it: `openai`, `openai-east`. */
  readonly name: string
  /** The adapter: `openai`. */
  readonly type: string
  /** Where calls go, for people: scheme, host and path. Absent for a provider inside the gateway. */
  readonly baseUrl?: string
  /** Origins that its calls go to beside that of `baseUrl`: token endpoints, regional hosts. */
  readonly origins?: readonly string[]
  /** Dialects that pass through as bytes. */
  readonly wires: ReadonlySet<string>
  /** Of its `wires`, those of which it knows the common part only: a body that says more is translated for `offers`. */
  readonly partly?: ReadonlySet<string>
  /** False where the provider reports usage in streams unasked and refuses to be asked. */
  readonly asksUsage: boolean
  /** Model ids from the operator's configuration. */
  readonly configuredModels?: readonly string[]
  /** What configured it, for people: names of variables, and of the config file. */
  readonly configuredBy?: readonly string[]
  /**
   * The same after a reload where its settings are the same, and another one where they are others: what is remembered of
   * a provider is forgotten then. Tells nobody what they are, and is not shown. Absent: each reload makes another one.
   */
  readonly fingerprint?: string
  /** Serves only when no other provider is configured. */
  readonly standIn?: boolean
  /**
   * What to send; a provider that answers by itself returns the `Response`. Called for its `wires` only, once for each
   * try, which `signal` ends.
   *
   * @throws Refusal that says why this target cannot serve
   */
  call(facts: CallFacts, signal: AbortSignal): Awaitable<UpstreamCall | Response>
  /**
   * A body in one of its `wires` that the gateway wrote, in the provider's own words: what it calls otherwise, and without
   * what it has not.
   */
  adapt?(body: JsonObject, facts: AdaptFacts): JsonObject
  /** A call in its own language, for passthrough, files and batches, with credentials. Absent where there is none. */
  native?(facts: NativeFacts): Awaitable<UpstreamCall>
  /** Models for the dialects that it does not speak. */
  readonly offers?: Offers
  /** The key of `providerOptions` that `offers` read, for a model where they differ. Default: the type. */
  readonly optionsKey?: string | ((model: string) => string)
  /** How its models think; undefined for those that it does not know. */
  thinking?(model: string): Thinking | undefined
  /** The model takes words of the system at the beginning only, though its language has a place for later ones. */
  refusesLateSystem?(model: string): boolean
  /** The ids of tool calls that it takes; undefined where it takes any. */
  callIds?(model: string): CallIds | undefined
  /** What the provider's own report of usage tells beside what `offers` make of it. */
  readonly usage?: UsageReader
  /** What is known of usage should a stream of `offers` never reach its end. */
  readonly earlyUsage?: EarlyUsageReader
  /** What the provider's own words for an end mean, where `offers` make less of them. */
  readonly endings?: Endings
  /** Asks upstream for its models; `get` fetches JSON, and throws where it cannot. Absent where there is no such list. */
  models?(
    get: (url: string, headers: Readonly<Record<string, string>>) => Promise<unknown>,
  ): Promise<readonly Model[]>
}

/** What is said of a provider, by the names of its settings: texts, and a list of models. */
export type ProviderSettings = Readonly<Record<string, string | readonly string[] | undefined>>

/** A sort of providers of which operators may add one while the gateway runs. */
export interface ProviderType {
  /** What its providers have as `type`. */
  readonly name: string
  readonly about: string
  /** Where its API is, unless an operator says otherwise; absent where that differs. */
  readonly baseUrl?: string
  /** Each setting with what it means and whether it is secret; a text says that it is not, or it is taken for one. */
  readonly settings: Readonly<Record<string, GenericSchema>>
  /** What is lacking, if anything; `nameOf` is what the operator calls a setting. */
  missing(settings: ProviderSettings, nameOf: (setting: string) => string): string | undefined
  /** Makes one, of settings that were checked. Its calls, if any, leave by `fetch`. */
  create(
    name: string,
    settings: ProviderSettings,
    host: { readonly fetch: Fetch; readonly now: () => number },
  ): Awaitable<Provider>
}

/** Where a plugin puts providers that operators add while the gateway runs. There once `start` is called. */
export interface ProviderShelf {
  /** The sorts of which there may be some, in the order of the house. */
  types(): readonly ProviderType[]
  /**
   * These, in the place of those that the plugin put here before. The next call sees them; answers under way end as they
   * began. Of two with one name that of the configuration serves.
   */
  put(providers: readonly Provider[]): void
  /**
   * Lends a fetch that goes to these origins, to find out whether a provider can be reached before there is one. As for
   * those that are here, the metadata of a cloud is out of its reach.
   */
  probe<T>(origins: readonly string[], run: (fetch: Fetch) => Promise<T>): Promise<T>
}
