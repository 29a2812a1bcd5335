import { isObject, listOf, objectOf } from '../contract/loose-json.ts'
import type { ModelFacts } from '../contract/model.ts'
import type { JsonObject } from '../types.ts'

/** What a list says of a model, unchecked. */
export type ToldFacts = { readonly [F in keyof ModelFacts]: unknown }

/** Where entries of lists in OpenAI's shape say what a model can do: each server adds fields of its own. First one wins. */
const windows = [
  'max_model_len',
  'context_length',
  'context_window',
  'max_context_length',
  'max_input_tokens',
]
const outputs = ['max_output_tokens', 'max_completion_tokens']
const ends = ['shutdown_date', 'expiration_date', 'deprecation']

/** What an entry of such a list says of its model. */
export function listedFacts(entry: JsonObject): ToldFacts {
  const { supported_parameters: parameters, architecture, meta, top_provider: best } = entry
  const can = objectOf(entry.capabilities)
  const modalities = objectOf(architecture).input_modalities ?? entry.input_modalities
  const takes = (parameter: string) => includes(parameters, parameter)
  // What the server has made room for goes before what the model was trained for.
  const { n_ctx, n_ctx_train } = objectOf(meta)
  return {
    contextWindow: first([...windows.map(field => entry[field]), n_ctx, n_ctx_train]),
    maxOutput: first([...outputs.map(field => entry[field]), objectOf(best).max_completion_tokens]),
    images: first([
      includes(modalities, 'image'),
      can.vision,
      entry.supports_image_input,
      entry.supports_image_in,
    ]),
    audio: includes(modalities, 'audio'),
    // A server may read files for models that do not, so what is not in the list is not denied.
    pdfs: includes(modalities, 'file') || undefined,
    tools: first([takes('tools'), can.function_calling, entry.supports_tools]),
    reasoning: first([takes('reasoning'), can.reasoning, entry.supports_reasoning]),
    structuredOutput: first([takes('structured_outputs'), can.structured_outputs]),
    retiresOn: first(ends.map(field => entry[field])),
  }
}

const first = (told: readonly unknown[]): unknown => told.find(value => value != null)

/** Whether a list holds a word; undefined where there is no list. */
export const includes = (list: unknown, word: string): boolean | undefined =>
  Array.isArray(list) ? listOf(list).includes(word) : undefined

/** `{ supported: true }`, as some lists have it. */
export const supported = (capability: unknown): unknown =>
  isObject(capability) ? capability.supported : undefined

/** More than any model reads: a larger number is something else (tokens). */
const MOST = 1_000_000_000

const isTokens = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) < MOST
const isAnswer = (value: unknown): value is boolean => typeof value === 'boolean'

/** What of it can be believed; undefined where that is nothing. */
export function checkedFacts(told: ToldFacts): ModelFacts | undefined {
  const day = dayOf(told.retiresOn)
  const facts: ModelFacts = {
    ...(isTokens(told.contextWindow) && { contextWindow: told.contextWindow }),
    ...(isTokens(told.maxOutput) && { maxOutput: told.maxOutput }),
    ...(isAnswer(told.images) && { images: told.images }),
    ...(isAnswer(told.audio) && { audio: told.audio }),
    ...(isAnswer(told.pdfs) && { pdfs: told.pdfs }),
    ...(isAnswer(told.tools) && { tools: told.tools }),
    ...(isAnswer(told.reasoning) && { reasoning: told.reasoning }),
    ...(isAnswer(told.structuredOutput) && { structuredOutput: told.structuredOutput }),
    ...(day !== undefined && { retiresOn: day }),
  }
  return Object.keys(facts).length === 0 ? undefined : facts
}

/** `2026-12-31` of a day or a moment; undefined where it is neither. */
function dayOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : new Date(at).toISOString().slice(0, 10)
}
