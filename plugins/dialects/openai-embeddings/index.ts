import type { EmbeddingModelV4 } from '@ai-sdk/provider'
import type { Dialect } from '../../../src/contract/dialect.ts'
import { isObject, usageOf } from '../../../src/contract/loose-json.ts'
import { definePlugin } from '../../../src/contract/plugin.ts'
import { smallApi } from '../../../src/contract/small-api.ts'
import type { Errand, Translated } from '../../../src/contract/translation.ts'
import { refuse } from '../../../src/errors.ts'
import { embedInParts } from '../../../src/translate/embedding.ts'
import { fromPromptUsage } from '../../../src/vendors/openai-usage.ts'
import { kinOf, purposeOptions, sizeOptions } from '../../families/embedding-options.ts'

/** OpenAI's embeddings: https://platform.openai.com/docs/api-reference/embeddings */
const openaiEmbeddings: Dialect = {
  ...smallApi,
  name: 'openai-embeddings',
  path: '/v1/embeddings',
  about: 'Vectors of texts',
  example: {
    body: { model: 'openai/text-embedding-3-small', input: ['Hello'] },
    fields: {
      input: 'A text, or several',
      dimensions: 'How long the vectors are, where the model lets that be chosen',
      encoding_format: '`float`, or `base64`',
      input_type: 'What for, where the model asks: `search_query`, `search_document`',
    },
    answer: {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5, 0.25, -0.5] }],
      model: 'text-embedding-3-small',
      usage: { prompt_tokens: 1, total_tokens: 1 },
    },
  },
  isStream: () => false,
  isRepeatable: () => true,
  usage: ({ usage }) => (isObject(usage) ? fromPromptUsage(usage) : undefined),
  translation: { kind: 'embedding', run: embed },
}

const known = new Set(['model', 'input', 'dimensions', 'encoding_format', 'input_type'])

async function embed(model: EmbeddingModelV4, errand: Errand): Promise<Translated> {
  const { body, facts, destination, warn } = errand
  const { json } = body
  const values = textsOf(json.input)
  const { dimensions, input_type: purpose } = json
  const format = json.encoding_format ?? 'float'
  if (dimensions != null && !(Number.isSafeInteger(dimensions) && (dimensions as number) > 0))
    refuse('invalid_request', 'Field "dimensions" must be a whole number above 0', { param: 'dimensions' })
  if (format !== 'float' && format !== 'base64')
    refuse('invalid_request', 'Field "encoding_format" must be "float" or "base64"', {
      param: 'encoding_format',
    })
  for (const field of Object.keys(json))
    if (!known.has(field)) warn(`"${field}" has no counterpart at this provider`)
  const kin = kinOf(destination)
  const own = {
    ...(dimensions != null && sizeOptions(dimensions as number, kin)),
    ...(purpose != null && purposeOptions(purpose, kin, warn)),
  }
  const { vectors, warnings, tokens } = await embedInParts(model, values, {
    ...errand,
    dimensions: dimensions == null ? undefined : (dimensions as number),
    own,
  })
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: format === 'base64' ? toBase64(vector) : vector,
  }))
  return {
    body: {
      object: 'list',
      data,
      model: facts.model,
      usage: { prompt_tokens: tokens ?? 0, total_tokens: tokens ?? 0 },
    },
    warnings,
    ...(tokens !== undefined && { usage: usageOf({ input: tokens }) }),
  }
}

/** OpenAI takes no more in one call. */
const MOST_TEXTS = 2048

function textsOf(input: unknown): string[] {
  const texts = typeof input === 'string' ? [input] : input
  if (!Array.isArray(texts) || texts.length === 0 || texts.length > MOST_TEXTS)
    refuse('invalid_request', `Field "input" must be a text or 1 to ${MOST_TEXTS} texts`, { param: 'input' })
  const numbers = (texts as unknown[]).some(text => typeof text === 'number' || Array.isArray(text))
  if (numbers)
    refuse('unsupported_parameter', 'Tokens as "input" mean something to OpenAI only: send texts', {
      param: 'input',
    })
  const at = (texts as unknown[]).findIndex(text => typeof text !== 'string' || text === '')
  if (at >= 0)
    refuse('invalid_request', `Field "input[${at}]" must be a text that is not empty`, { param: 'input' })
  return texts as string[]
}

/** Floats of 32 bits in little-endian order, as OpenAI sends them. */
function toBase64(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4))
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true)
  return new Uint8Array(view.buffer).toBase64()
}

export default definePlugin({
  name: 'openai-embeddings',
  about: "Speaks OpenAI's embeddings.",
  setup: () => ({ dialects: [openaiEmbeddings] }),
})
