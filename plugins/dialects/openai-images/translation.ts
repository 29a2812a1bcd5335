import type {
  ImageModelV4,
  ImageModelV4CallOptions,
  ImageModelV4File,
  ImageModelV4Usage,
} from '@ai-sdk/provider'
import { refuse } from '../../../src/errors.ts'
import { usageOf } from '../../../src/lens.ts'
import type { Errand, Translated } from '../../../src/translation.ts'
import type { JsonObject } from '../../../src/types.ts'

const known = new Set('model prompt n size response_format stream image image[] mask'.split(' '))
/** No provider makes more in one call. */
const MOST = 10

export const generate = (model: ImageModelV4, errand: Errand): Promise<Translated> =>
  ask(model, errand, [], undefined)

export async function edit(model: ImageModelV4, errand: Errand): Promise<Translated> {
  const form = errand.body.form!
  const pictures = [...form.getAll('image'), ...form.getAll('image[]')].filter(value => value instanceof Blob)
  if (pictures.length === 0)
    refuse('invalid_request', 'Field "image" must hold at least one image', { param: 'image' })
  const mask = form.get('mask')
  const files = await Promise.all(pictures.map(toFile))
  return ask(model, errand, files, mask instanceof Blob ? await toFile(mask) : undefined)
}

async function ask(
  model: ImageModelV4,
  { body: { json }, facts, signal, warn }: Errand,
  files: ImageModelV4File[],
  mask: ImageModelV4File | undefined,
): Promise<Translated> {
  const { prompt, response_format: format } = json
  if (typeof prompt !== 'string' || prompt.trim() === '')
    refuse('invalid_request', 'Field "prompt" must be a text that is not empty', { param: 'prompt' })
  for (const field of Object.keys(json))
    if (!known.has(field)) warn(`"${field}" has no counterpart at this provider`)
  if (format === 'url') warn('"response_format": images come as b64_json, this provider gives no addresses')
  const result = await model.doGenerate({
    prompt,
    n: countOf(json),
    size: sizeOf(json),
    aspectRatio: undefined,
    seed: undefined,
    files: files.length > 0 ? files : undefined,
    mask,
    providerOptions: {},
    abortSignal: signal,
  })
  const data = result.images.map(image => ({
    b64_json: typeof image === 'string' ? image : image.toBase64(),
  }))
  const { usage } = result
  return {
    body: { created: Math.floor(facts.at / 1000), data, ...(usage && { usage: toUsage(usage) }) },
    warnings: result.warnings,
    ...(usage?.inputTokens !== undefined && {
      usage: usageOf({ input: usage.inputTokens, imageOutput: usage.outputTokens ?? 0 }),
    }),
  }
}

/** Forms say numbers as texts. */
function countOf({ n }: JsonObject): number {
  const count = n == null ? 1 : Number(n)
  if (Number.isInteger(count) && count >= 1 && count <= MOST) return count
  return refuse('invalid_request', `Field "n" must be a whole number from 1 to ${MOST}`, { param: 'n' })
}

function sizeOf({ size }: JsonObject): ImageModelV4CallOptions['size'] {
  if (size == null || size === 'auto') return undefined
  if (typeof size === 'string' && /^\d{1,5}x\d{1,5}$/.test(size)) return size as `${number}x${number}`
  return refuse('invalid_request', 'Field "size" must be "auto" or like "1024x1024"', { param: 'size' })
}

const toFile = async (file: Blob): Promise<ImageModelV4File> => ({
  type: 'file',
  mediaType: file.type || 'image/png',
  data: new Uint8Array(await file.arrayBuffer()),
})

const toUsage = ({ inputTokens = 0, outputTokens = 0, totalTokens }: ImageModelV4Usage) => ({
  input_tokens: inputTokens,
  output_tokens: outputTokens,
  total_tokens: totalTokens ?? inputTokens + outputTokens,
  input_tokens_details: { text_tokens: inputTokens, image_tokens: 0 },
})
