import type {
  EmbeddingModelV4,
  ImageModelV4,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  RerankingModelV4,
  SharedV4Warning,
  SpeechModelV4,
  TranscriptionModelV4,
} from '@ai-sdk/provider'
import type { Body } from '../request/body.ts'
import type { Awaitable, JsonObject, Usage } from '../types.ts'
import type { Thinking } from './thinking.ts'

/** The model interfaces of the AI SDK (https://ai-sdk.dev, `@ai-sdk/provider` V4): what every language is carried over to. */
export interface Interfaces {
  readonly language: LanguageModelV4
  readonly embedding: EmbeddingModelV4
  readonly image: ImageModelV4
  readonly speech: SpeechModelV4
  readonly transcription: TranscriptionModelV4
  readonly reranking: RerankingModelV4
}

/** What a provider offers beside its own languages: a model of each kind by its id. Loaded when first asked for. */
export type Offers = { readonly [K in keyof Interfaces]?: (model: string) => Awaitable<Interfaces[K]> }

/** What a dialect may know about the provider that it is carried over to. */
export interface Destination {
  /** The provider's type. */
  readonly type: string
  /** The key of `providerOptions` that its AI SDK package reads: `anthropic`, `google`, `openaiCompatible`. */
  readonly options: string
  /** The model's id there. */
  readonly model: string
  /** How the model thinks, where the provider knows. */
  readonly thinking?: Thinking
  /** The model takes words of the system at the beginning only. */
  readonly refusesLateSystem?: boolean
}

/** What an answer is dressed with. */
export interface AnswerFacts {
  /** The gateway's id of this request, a UUID: for ids of answers. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** The model that serves, as `x-modelway-model` names it. */
  readonly model: string
  /** What the client sent. */
  readonly body: JsonObject
}

/** A body, carried over. */
export interface Call {
  readonly options: Omit<LanguageModelV4CallOptions, 'abortSignal' | 'headers'>
  /** Parameters that are left out because they do not change what the answer means: each a line for the caller. */
  readonly warnings: readonly string[]
}

/** Writes the parts of a translated stream as events of the client's language. */
export interface Writer {
  /** The events for one part, each with its blank line; empty for a part that says nothing. Errors never come here. */
  write(part: LanguageModelV4StreamPart): string
  /** What follows the last part. */
  end(): string
}

/** A whole answer, translated. */
export interface Translated {
  /** Sent as JSON, unless it is bytes already. */
  readonly body: unknown
  /** Default: `application/json`. */
  readonly contentType?: string
  /** What it took; absent where nobody knows. */
  readonly usage?: Usage
  /** What the package left out: told to the caller. */
  readonly warnings?: readonly SharedV4Warning[]
}

/** What a translation of one request and one answer is given. */
export interface Errand {
  /** As the client sent it, with what the operator has set. */
  readonly body: Body
  readonly facts: AnswerFacts
  readonly destination: Destination
  /** Ends the try; to be handed to the package. */
  readonly signal: AbortSignal
  /** Waits for what the package answers: whatever it throws, plain errors too, is the provider's failure and no bug of ours. */
  readonly heard: <T>(answer: PromiseLike<T>) => Promise<T>
  /** Parameters that are left out: the caller is told. */
  readonly warn: (line: string) => void
}

/**
 * How a dialect is carried over to providers that do not speak it.
 *
 * What the other side cannot express: translate it; else `refuse('unsupported_parameter', …, { param })` where leaving
 * it out would change what the client gets (the next target may have it); else leave it out and say so. Never silently.
 */
export type Translation =
  | {
      readonly kind: 'language'
      /** An answer to a body that asks nothing of a model: undefined where one has to be asked. It costs nothing. */
      unasked?(body: JsonObject, facts: AnswerFacts): JsonObject | undefined
      /** @throws Refusal naming the field that is wrong, or that has no counterpart. */
      toCall(body: JsonObject, destination: Destination): Call
      /** A tool that runs at a provider would be left out there: targets that have it are asked first. */
      lacks?(body: JsonObject, destination: Destination): boolean
      /** A whole answer, in the client's language. */
      fromResult(result: LanguageModelV4GenerateResult, facts: AnswerFacts): JsonObject
      /** A stream; one for each answer. */
      writer(facts: AnswerFacts): Writer
    }
  /** The gateway answers by itself, and no provider is asked: an estimate, say. */
  | { readonly kind: 'local'; run(errand: Errand): Awaitable<Translated> }
  | {
      [K in Exclude<keyof Interfaces, 'language'>]: {
        readonly kind: K
        run(model: Interfaces[K], errand: Errand): Promise<Translated>
      }
    }[Exclude<keyof Interfaces, 'language'>]
