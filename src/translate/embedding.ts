import type { EmbeddingModelV4, SharedV4Warning } from '@ai-sdk/provider'
import type { Errand } from '../contract/translation.ts'
import type { JsonObject } from '../types.ts'
import { under } from './options.ts'

interface Asked extends Pick<Errand, 'destination' | 'signal' | 'heard'> {
  /** How long the vectors shall be. */
  readonly dimensions: number | undefined
  /** What the package wants to be told in words of its own. */
  readonly own: JsonObject
}

interface Vectors {
  /** In the order of the texts. */
  readonly vectors: readonly number[][]
  readonly warnings: readonly SharedV4Warning[]
  /** Undefined where the provider does not say. */
  readonly tokens: number | undefined
}

/** Vectors of any number of texts, from a model that may take only some at a time. */
export async function embedInParts(
  model: EmbeddingModelV4,
  texts: readonly string[],
  { destination, signal, heard, dimensions, own }: Asked,
): Promise<Vectors> {
  const providerOptions = under(destination.options, own)
  const options = {
    abortSignal: signal,
    ...(dimensions !== undefined && { dimensions }),
    ...(providerOptions && { providerOptions }),
  }
  const size = Math.max(1, (await model.maxEmbeddingsPerCall) ?? texts.length)
  const vectors: number[][] = []
  const warnings: SharedV4Warning[] = []
  let tokens: number | undefined
  for (let at = 0; at < texts.length; at += size) {
    const part = await heard(model.doEmbed({ ...options, values: texts.slice(at, at + size) }))
    vectors.push(...part.embeddings)
    warnings.push(...part.warnings)
    if (part.usage) tokens = (tokens ?? 0) + part.usage.tokens
  }
  return { vectors, warnings, tokens }
}
