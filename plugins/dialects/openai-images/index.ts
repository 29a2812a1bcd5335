import type { Dialect } from '../../../src/contract/dialect.ts'
import { countOf, isObject, objectOf, usageOf } from '../../../src/contract/loose-json.ts'
import { definePlugin } from '../../../src/contract/plugin.ts'
import { smallApi } from '../../../src/contract/small-api.ts'
import type { JsonObject, Usage } from '../../../src/types.ts'
import { edit, generate } from './translation.ts'

/** What OpenAI takes where none is named. */
const USUAL = 'gpt-image-1'
const read = (body: JsonObject): JsonObject => (body.model === undefined ? { ...body, model: USUAL } : body)

/** Text and images are counted apart on the way in, and, where the provider does not tell otherwise, all that comes out is images. */
function usage({ usage }: JsonObject): Usage | undefined {
  if (!isObject(usage)) return undefined
  const imageInput = countOf(objectOf(usage.input_tokens_details).image_tokens)
  const output = countOf(objectOf(usage.output_tokens_details).text_tokens)
  return usageOf({
    input: Math.max(0, countOf(usage.input_tokens) - imageInput),
    imageInput,
    output,
    imageOutput: Math.max(0, countOf(usage.output_tokens) - output),
  })
}

/** For the API document. */
const fields = { prompt: 'What they show', size: '`1024x1024`, or another that the model knows' }
const answer = { created: 1_764_547_200, data: [{ b64_json: 'iVBORw0KGgo=' }] }

/** OpenAI's images: https://platform.openai.com/docs/api-reference/images */
const openaiImages: Dialect = {
  ...smallApi,
  name: 'openai-images',
  path: '/v1/images/generations',
  about: 'Images from a text',
  example: {
    body: { model: 'openai/gpt-image-1', prompt: 'A parrot in a tree' },
    fields: { ...fields, n: 'How many' },
    answer,
  },
  read,
  usage,
  translation: { kind: 'image', run: generate },
}

const openaiImageEdits: Dialect = {
  ...smallApi,
  name: 'openai-image-edits',
  path: '/v1/images/edits',
  about: 'Images from images and a text',
  example: {
    body: { model: 'openai/gpt-image-1', prompt: 'Make it winter' },
    fields,
    files: { image: 'The image, or several as `image[]`', mask: 'Where it may be changed' },
    answer,
  },
  takes: 'form',
  read,
  usage,
  translation: { kind: 'image', run: edit },
}

export default definePlugin({
  name: 'openai-images',
  about: "Speaks OpenAI's images: generations and edits.",
  setup: () => ({ dialects: [openaiImages, openaiImageEdits] }),
})
