import type { ImageModelV4, ImageModelV4File, ImageModelV4Result, ImageModelV4Usage } from '@ai-sdk/provider'
import { usageOf } from '../../../src/contract/loose-json.ts'
import type { Errand, Translated } from '../../../src/contract/translation.ts'
import { refuse } from '../../../src/errors.ts'
import type { JsonObject, Usage } from '../../../src/types.ts'
import { assertMade, fromPlain } from './failures.ts'
import { readSize } from './size.ts'

const known = new Set('model prompt n size response_format stream image image[] mask'.split(' '))
/** More in one call is refused, whoever makes them. */
const MOST = 10

interface Given {
  readonly files: ImageModelV4File[]
  readonly mask: ImageModelV4File | undefined
}

export const generate = (model: ImageModelV4, errand: Errand): Promise<Translated> =>
  ask(model, errand, { files: [], mask: undefined })

export async function edit(model: ImageModelV4, errand: Errand): Promise<Translated> {
  const form = errand.body.form!
  const pictures = [...form.getAll('image'), ...form.getAll('image[]')].filter(value => value instanceof Blob)
  if (pictures.length === 0)
    refuse('invalid_request', 'Field "image" must hold at least one image', { param: 'image' })
  const mask = form.get('mask')
  if (mask instanceof Blob && model.supportsMaskInputs === false)
    refuse('unsupported_parameter', 'Field "mask" is not possible: this model changes whole images', {
      param: 'mask',
    })
  const files = await Promise.all(pictures.map(toFile))
  return ask(model, errand, { files, mask: mask instanceof Blob ? await toFile(mask) : undefined })
}

async function ask(model: ImageModelV4, errand: Errand, { files, mask }: Given): Promise<Translated> {
  const { body, facts, signal, heard, warn } = errand
  const { json } = body
  const { prompt, response_format: format } = json
  if (typeof prompt !== 'string' || prompt.trim() === '')
    refuse('invalid_request', 'Field "prompt" must be a text that is not empty', { param: 'prompt' })
  const count = countOf(json)
  const counts = inParts(count, await mostOf(model))
  for (const field of Object.keys(json))
    if (!known.has(field)) warn(`"${field}" has no counterpart at this provider`)
  if (format === 'url') warn('"response_format": images come as b64_json, this provider gives no addresses')
  const shape = readSize(json, errand)
  // Where one fails, nobody waits for the others.
  const failed = new AbortController()
  const make = (n: number) =>
    heard(
      model
        .doGenerate({
          prompt,
          n,
          ...shape,
          seed: undefined,
          files: files.length > 0 ? files : undefined,
          mask,
          providerOptions: {},
          abortSignal: AbortSignal.any([signal, failed.signal]),
        })
        .then(undefined, fromPlain),
    )
  const results = await Promise.all(counts.map(make)).finally(() => failed.abort())
  const told = sumOf(results)
  const usage = told && toUsage(told)
  assertMade(results, usage)
  const data = results
    .flatMap(({ images }): readonly (string | Uint8Array)[] => images)
    .map(image => ({ b64_json: typeof image === 'string' ? image : image.toBase64() }))
  if (data.length < count) warn(`"n": ${count} were asked for, and the provider made ${data.length}`)
  return {
    body: { created: Math.floor(facts.at / 1000), data, ...(told && { usage: toReport(told) }) },
    warnings: results.flatMap(({ warnings }) => warnings),
    ...(usage && { usage }),
  }
}

/** Forms say numbers as texts. */
function countOf({ n }: JsonObject): number {
  const count = n == null ? 1 : Number(n)
  if (Number.isInteger(count) && count >= 1 && count <= MOST) return count
  return refuse('invalid_request', `Field "n" must be a whole number from 1 to ${MOST}`, { param: 'n' })
}

/** So many the model makes in one call. */
async function mostOf({ maxImagesPerCall: most, modelId }: ImageModelV4): Promise<number> {
  return (typeof most === 'function' ? await most({ modelId }) : most) ?? MOST
}

const inParts = (count: number, most: number): number[] =>
  Array.from({ length: Math.ceil(count / most) }, (_, i) => Math.min(most, count - i * most))

const toFile = async (file: Blob): Promise<ImageModelV4File> => ({
  type: 'file',
  mediaType: file.type || 'image/png',
  data: new Uint8Array(await file.arrayBuffer()),
})

type Told = Required<{ [K in keyof ImageModelV4Usage]: number }>

/** Undefined where nobody told anything. */
function sumOf(results: readonly ImageModelV4Result[]): Told | undefined {
  const told = results.flatMap(({ usage }) => usage ?? [])
  const sum = (count: (usage: ImageModelV4Usage) => number | undefined): number =>
    told.reduce((all, usage) => all + (count(usage) ?? 0), 0)
  const inputTokens = sum(usage => usage.inputTokens)
  const outputTokens = sum(usage => usage.outputTokens)
  const totalTokens = sum(
    ({ totalTokens, inputTokens = 0, outputTokens = 0 }) => totalTokens ?? inputTokens + outputTokens,
  )
  return told.some(usage => usage.inputTokens !== undefined)
    ? { inputTokens, outputTokens, totalTokens }
    : undefined
}

const toUsage = ({ inputTokens, outputTokens }: Told): Usage =>
  usageOf({ input: inputTokens, imageOutput: outputTokens })

const toReport = ({ inputTokens, outputTokens, totalTokens }: Told) => ({
  input_tokens: inputTokens,
  output_tokens: outputTokens,
  total_tokens: totalTokens,
  input_tokens_details: { text_tokens: inputTokens, image_tokens: 0 },
})
