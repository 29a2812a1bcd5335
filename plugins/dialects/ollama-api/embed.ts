import type { EmbeddingModelV4 } from '@ai-sdk/provider'
import { usageOf } from '../../../src/contract/loose-json.ts'
import type { Errand, Translated } from '../../../src/contract/translation.ts'
import { arrayAt, nameAt, unsupported, wholeAt, wrong } from '../../../src/request/border.ts'
import { embedInParts } from '../../../src/translate/embedding.ts'
import type { JsonObject } from '../../../src/types.ts'
import { kinOf, sizeOptions } from '../../families/embedding-options.ts'
import { nanoseconds } from './answer.ts'

/** How one of the two APIs of this kind is asked, and what it answers. */
export interface Manner {
  readonly textsOf: (body: JsonObject) => readonly string[]
  readonly answer: (vectors: readonly number[][], told: JsonObject) => JsonObject
}

/** `/api/embed`, for one text or several: https://docs.ollama.com/api/embed */
export const several: Manner = {
  textsOf: ({ input }) => (typeof input === 'string' ? [nameAt(input, 'input')] : listAt(input)),
  answer: (embeddings, told) => ({ embeddings, ...told }),
}

/** `/api/embeddings`, which came before, for one. */
export const single: Manner = {
  textsOf: ({ prompt }) => [nameAt(prompt, 'prompt')],
  answer: ([embedding = []]) => ({ embedding }),
}

/** No honest call has more. */
const MOST_TEXTS = 10_000

function listAt(input: unknown): readonly string[] {
  const texts = arrayAt(input, 'input')
  if (texts.length === 0 || texts.length > MOST_TEXTS)
    wrong('input', `holds ${texts.length} texts: send 1 to ${MOST_TEXTS}`)
  return texts.map((text, i) => nameAt(text, `input[${i}]`))
}

/** `keep_alive` and `options` are for the machine on which a model runs. */
const known = new Set(['model', 'input', 'prompt', 'dimensions', 'keep_alive'])

export const embedder =
  ({ textsOf, answer }: Manner, now: () => number) =>
  async (model: EmbeddingModelV4, errand: Errand): Promise<Translated> => {
    const { body, facts, destination, warn } = errand
    const { json } = body
    const texts = textsOf(json)
    const dimensions = json.dimensions == null ? undefined : wholeAt(json.dimensions, 'dimensions')
    for (const field of Object.keys(json))
      if (!known.has(field))
        warn(`${field.slice(0, 80)}: has no counterpart at this provider, and was left out`)
    const own = dimensions === undefined ? {} : sizeOptions(dimensions, kinOf(destination))
    const { vectors, warnings, tokens } = await embedInParts(model, texts, { ...errand, dimensions, own })
    refuseOthers(vectors, dimensions)
    const told = {
      total_duration: nanoseconds(facts.at, now()),
      ...(tokens !== undefined && { prompt_eval_count: tokens }),
    }
    return {
      body: { model: facts.model, ...answer(vectors, told) },
      warnings,
      ...(tokens !== undefined && { usage: usageOf({ input: tokens }) }),
    }
  }

/** Not every package tells its provider how long vectors shall be; others do not fit beside those that the client has. */
function refuseOthers([first]: readonly number[][], dimensions: number | undefined): void {
  if (dimensions === undefined || first === undefined || first.length === dimensions) return
  unsupported('dimensions', `is ${dimensions}: this model has made vectors of ${first.length}`)
}
