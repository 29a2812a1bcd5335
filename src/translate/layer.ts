import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  SharedV4Warning,
} from '@ai-sdk/provider'
import { objectOf } from '../contract/loose-json.ts'
import type { Awaitable, JsonObject } from '../types.ts'

type Options = LanguageModelV4CallOptions
type Result = LanguageModelV4GenerateResult
type Part = LanguageModelV4StreamPart

/** One call on its way through a layer. */
export interface Layered {
  /** What the package is asked. */
  readonly options: Options
  /** What the caller is told beside the package's own warnings. */
  readonly warnings?: readonly SharedV4Warning[]
  /** What becomes of a whole answer. */
  readonly result?: (result: Result) => Result
  /** What becomes of each part of a stream. */
  readonly part?: (part: Part) => readonly Part[]
  /** Sees each event of a stream as the package has read it, before the parts that are made of it; may give some of its own. */
  readonly event?: (event: JsonObject) => readonly Part[]
}

/** The same model behind a layer: what a package does not do by itself is done around it, once for every language. */
export function withLayer(
  model: LanguageModelV4,
  layer: (options: Options) => Awaitable<Layered>,
): LanguageModelV4 {
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    async doGenerate(given) {
      const { options, warnings = [], result } = await layer(given)
      const made = await model.doGenerate(options)
      const told = warnings.length === 0 ? made : { ...made, warnings: [...warnings, ...made.warnings] }
      return result === undefined ? told : result(told)
    },
    async doStream(given) {
      const { options, warnings = [], part, event } = await layer(given)
      const made = await model.doStream(
        event === undefined ? options : { ...options, includeRawChunks: true },
      )
      if (part === undefined && event === undefined && warnings.length === 0) return made
      const map = (came: Part): readonly Part[] => {
        if (came.type === 'raw' && event !== undefined) {
          const own = event(objectOf(came.rawValue))
          return given.includeRawChunks ? [came, ...own] : own
        }
        const told =
          came.type === 'stream-start' ? { ...came, warnings: [...warnings, ...came.warnings] } : came
        return part === undefined ? [told] : part(told)
      }
      return { ...made, stream: mapped(made.stream, map) }
    },
  }
}

/** Adds to the options that one package reads. */
export const withOptions = (
  options: Options,
  key: string,
  more: NonNullable<Options['providerOptions']>[string],
): Options => ({
  ...options,
  providerOptions: { ...options.providerOptions, [key]: { ...options.providerOptions?.[key], ...more } },
})

function mapped(stream: ReadableStream<Part>, map: (part: Part) => readonly Part[]): ReadableStream<Part> {
  const reader = stream.getReader()
  return new ReadableStream<Part>({
    async pull(controller) {
      // Who pulls waits for at least one part.
      for (let isEmpty = true; isEmpty; ) {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        for (const part of map(value)) {
          controller.enqueue(part)
          isEmpty = false
        }
      }
    },
    cancel: reason => reader.cancel(reason),
  })
}
