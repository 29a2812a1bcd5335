import { listOf, objectOf } from '../../src/contract/loose-json.ts'
import type { ModelFacts } from '../../src/contract/model.ts'
import type { JsonObject } from '../../src/types.ts'
import type { Held } from './held.ts'

const limits = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'] as const

/** How much an answer may have, wherever a language says it. */
const wanted = (body: JsonObject): readonly unknown[] => [
  ...limits.map(limit => body[limit]),
  objectOf(body.options).num_predict,
]

/** A model of which this is known certainly cannot take the call. */
export function cannotTake(facts: ModelFacts, held: Held, body: JsonObject): boolean {
  const { contextWindow, maxOutput, images, audio, pdfs, tools } = facts
  return (
    (contextWindow !== undefined && held.tokens > contextWindow) ||
    (images === false && held.images) ||
    (audio === false && held.audio) ||
    (pdfs === false && held.pdfs) ||
    (tools === false && listOf(body.tools).length > 0) ||
    (maxOutput !== undefined && wanted(body).some(tokens => typeof tokens === 'number' && tokens > maxOutput))
  )
}

const number = (tokens: number): string => tokens.toLocaleString('en')

/** What a model is known not to do, for operators; undefined where nothing is. */
export function bounds({
  contextWindow,
  maxOutput,
  images,
  audio,
  pdfs,
  tools,
}: ModelFacts): string | undefined {
  const told = [
    ...(contextWindow === undefined ? [] : [`takes ${number(contextWindow)} tokens`]),
    ...(maxOutput === undefined ? [] : [`writes ${number(maxOutput)}`]),
    ...(images === false ? ['reads no images'] : []),
    ...(audio === false ? ['hears no audio'] : []),
    ...(pdfs === false ? ['reads no PDFs'] : []),
    ...(tools === false ? ['uses no tools'] : []),
  ]
  return told.length === 0 ? undefined : told.join(', ')
}
