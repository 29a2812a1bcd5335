import {
  APICallError,
  type LanguageModelV4CallOptions,
  type LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import type { Bytes } from '../base/bytes.ts'
import type { Dialect } from '../contract/dialect.ts'
import { usageOf } from '../contract/loose-json.ts'
import type { Provider } from '../contract/provider.ts'
import type {
  AnswerFacts,
  Errand,
  Interfaces,
  Translated,
  Translation,
  Writer,
} from '../contract/translation.ts'
import { Refusal, refuse } from '../errors.ts'
import { beginWait, type Exchange, endWait } from '../exchange.ts'
import type { Answer, ByteSource, JsonObject, Target, Usage } from '../types.ts'
import { limitsIn } from '../upstream/limits.ts'
import type { Loop } from '../upstream/loop.ts'
import { peek } from '../upstream/peek.ts'
import { destinationOf } from './destination.ts'
import { ended, endedWhole } from './endings.ts'
import { createLateCalls } from './late-calls.ts'
import { fromModelError, unreadable } from './model-errors.ts'
import { toUsage, withReport } from './usage.ts'
import { createWarn, say } from './warnings.ts'

/** One call in another language. */
interface Journey {
  readonly provider: Provider
  readonly target: Target
  readonly dialect: Dialect
  readonly translation: Translation
}

const encoder = new TextEncoder()
const NO_HEADERS = Object.freeze({})

/** Asks a provider that does not speak the client's language. */
export function createTranslated(strict: boolean, loop: Pick<Loop, 'mark'>) {
  const warnOf = createWarn(strict)

  return async (x: Exchange, { provider, target, dialect, translation }: Journey): Promise<Answer> => {
    const warn = warnOf(x)
    const { json } = x.body!
    const facts: AnswerFacts = {
      id: x.id,
      at: performance.timeOrigin + x.startedAt,
      model: target.model,
      body: json,
    }
    const destination = destinationOf(provider, target.model)
    const { signal } = x.abort
    const learn = (headers: Readonly<Record<string, string>> | undefined): void => {
      x.limits = headers && limitsIn(new Map(Object.entries(headers)))
    }
    const fail = (error: unknown): never => {
      if (APICallError.isInstance(error)) learn(error.responseHeaders)
      throw signal.aborted ? error : unreadable(provider.name, error)
    }
    if (translation.kind !== 'language') {
      if (x.stream)
        refuse('unsupported_parameter', `Provider "${provider.name}" does not stream ${dialect.name}`, {
          param: 'stream',
        })
      const heard = <T>(answer: PromiseLike<T>): Promise<T> => Promise.resolve(answer).catch(fail)
      const errand: Errand = { body: x.body!, facts, destination, signal, heard, warn }
      if (translation.kind !== 'local') beginWait(x)
      const translated = await (translation.kind === 'local'
        ? translation.run(errand)
        : runOther(translation, provider, errand))
      endWait(x)
      for (const warning of translated.warnings ?? []) warn(say(warning))
      return toWhole(translated)
    }
    const unasked = translation.unasked?.(json, facts)
    if (unasked !== undefined) return toWhole({ body: unasked, usage: usageOf({}) }, dialect)
    const { options, warnings } = translation.toCall(json, destination)
    for (const line of warnings) warn(line)
    const model = await provider.offers!.language!(target.model)
    const asked = { ...options, abortSignal: signal, headers: loop.mark(NO_HEADERS, x.request) }
    beginWait(x)
    if (!x.stream) {
      const result = await model.doGenerate(asked).then(undefined, fail)
      endWait(x)
      learn(result.response?.headers)
      for (const warning of result.warnings) warn(say(warning))
      const usage = toUsage(result.usage, provider.usage, result.providerMetadata)
      const finishReason = endedWhole(result, provider, usage)
      const counted = { ...result, finishReason, usage: withReport(result.usage, usage) }
      const body = translation.fromResult(counted, facts)
      return toWhole({ body, ...(usage && { usage }) }, dialect)
    }
    const { stream, response } = await model.doStream(asked).then(undefined, fail)
    learn(response?.headers)
    const source = createSource(stream, translation.writer(facts), {
      provider,
      warn,
      tools: options.tools,
    })
    const { head, pending, isEmpty } = await peek(source, dialect).catch(error => {
      source.cancel(error).catch(() => {})
      throw error
    })
    if (isEmpty) return refuse('upstream_invalid', `Provider "${provider.name}" sent an empty stream`)
    return {
      kind: 'stream',
      reader: source,
      hideUsage: dialect.askUsage?.(json) !== undefined,
      usage: source.usage,
      ...(head && { head }),
      ...(pending && { pending }),
    }
  }
}

async function runOther(
  translation: Exclude<Translation, { kind: 'language' | 'local' }>,
  { offers }: Provider,
  errand: Errand,
): Promise<Translated> {
  const model = await offers![translation.kind]!(errand.destination.model)
  // The kind of the model is that of the translation; the compiler does not follow the pairs of a union.
  const run = translation.run as (
    model: Interfaces[typeof translation.kind],
    errand: Errand,
  ) => Promise<Translated>
  return run(model, errand)
}

function toWhole({ body, contentType, usage }: Translated, dialect?: Dialect): Answer {
  const bytes = body instanceof Uint8Array ? (body as Bytes) : encoder.encode(JSON.stringify(body))
  const finish = dialect?.finish?.(body as JsonObject)
  return {
    kind: 'whole',
    body: bytes,
    contentType: contentType ?? 'application/json',
    ...(usage && { usage }),
    ...(finish !== undefined && { finish }),
  }
}

interface SourceOptions {
  readonly provider: Provider
  readonly warn: (line: string) => void
  readonly tools: LanguageModelV4CallOptions['tools']
}

interface Source extends ByteSource {
  readonly usage: () => Usage | undefined
}

/** The parts of a stream as bytes in the client's language. What went wrong on the way is thrown, never written as an end. */
function createSource(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  writer: Writer,
  { provider, warn, tools }: SourceOptions,
): Source {
  const { name } = provider
  const reader = stream.getReader()
  const inTime = createLateCalls(tools)
  let usage: Usage | undefined
  let isFinished = false
  let isEnded = false

  function take(came: LanguageModelV4StreamPart): string {
    let part = came
    if (part.type === 'error') throw fromModelError(name, part.error) ?? brokenOff(name, part.error)
    if (part.type === 'stream-start') for (const warning of part.warnings) warn(say(warning))
    if (part.type === 'custom') usage = provider.earlyUsage?.(part) ?? usage
    if (part.type === 'finish') {
      // Packages also finish a stream that merely ended. Who did not say why it ended, or said it with no word, was cut.
      const { raw = '', unified } = part.finishReason
      if (raw === '' && (unified === 'other' || unified === 'interrupted')) throw brokenOff(name, undefined)
      isFinished = true
      usage = toUsage(part.usage, provider.usage, part.providerMetadata)
      const finishReason = ended(part.finishReason, provider, usage)
      part = { ...part, finishReason, usage: withReport(part.usage, usage) }
    }
    return inTime(part).map(writer.write).join('')
  }

  return {
    usage: () => usage,
    async read() {
      while (!isEnded) {
        const { done, value } = await reader.read().catch(error => {
          throw fromModelError(name, error) ?? error
        })
        if (done && !isFinished) throw brokenOff(name, undefined)
        isEnded = done
        const text = done ? writer.end() : take(value)
        if (text !== '') return { done: false, value: encoder.encode(text) }
      }
      return { done: true, value: undefined }
    },
    cancel: reason => reader.cancel(reason),
  }
}

const brokenOff = (provider: string, cause: unknown): Refusal =>
  new Refusal('upstream_cut', `Provider "${provider}" ended the stream before the answer was complete`, {
    cause,
  })
