import type { Awaitable, Model } from './types.ts'

/** A call to a provider, ready to be sent. */
export interface UpstreamCall {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a provider needs to know to build a call. */
export interface CallFacts {
  /** The client's dialect; one of the provider's `wires`. */
  readonly dialect: string
  /** The model's id at this provider. */
  readonly model: string
  /** The body with model and usage settings already in place. */
  readonly body: string
  /** Headers that the dialect lets through. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * A configured upstream. It says where a call goes and with which credentials; it never fetches, retries, logs or
 * counts: those live in `upstream.ts`, once for all.
 */
export interface Provider {
  /** The instance, as selectors and `provider/model` names spell it: `openai`, `openai-east`. */
  readonly name: string
  /** The adapter: `openai`. */
  readonly type: string
  /** Where calls go, for people: scheme, host and path. Absent for a provider inside the gateway. */
  readonly baseUrl?: string
  /** Dialects that pass through as bytes. */
  readonly wires: ReadonlySet<string>
  /** False where the provider reports usage in streams unasked and refuses to be asked. */
  readonly asksUsage: boolean
  /** Model ids from the operator's configuration. */
  readonly configuredModels?: readonly string[]
  /** Serves only when no other provider is configured. */
  readonly standIn?: boolean
  /** What to send; a provider that answers by itself returns the `Response`. */
  call(facts: CallFacts, signal: AbortSignal): Awaitable<UpstreamCall | Response>
  /** Asks upstream for its models. Absent where there is no such list. */
  models?(
    get: (url: string, headers: Readonly<Record<string, string>>) => Promise<unknown>,
  ): Promise<readonly Model[]>
}
