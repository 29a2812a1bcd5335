import type { LanguageModelV4 } from '@ai-sdk/provider'
import { objectOf, parseObject } from '../../../src/contract/loose-json.ts'
import { withLayer } from '../../../src/translate/layer.ts'
import type { JsonObject } from '../../../src/types.ts'

/**
 * Converse has `topK` nowhere: each maker's models have their own word for it, among the fields that go to the model as they
 * are (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html). The package writes it where Converse has
 * its own.
 */
const makers: readonly (readonly [name: RegExp, toFields: (topK: unknown) => JsonObject])[] = [
  [/claude|anthropic|mistral/i, topK => ({ top_k: topK })],
  [/nova/i, topK => ({ inferenceConfig: { topK } })],
  [/cohere/i, topK => ({ k: topK })],
]

const wordsOf = (model: string) => makers.find(([name]) => name.test(model))?.[1]

/** Models that have no word for it do without. */
export const withTopK = (model: LanguageModelV4): LanguageModelV4 =>
  wordsOf(model.modelId) !== undefined
    ? model
    : withLayer(model, options => {
        const { topK, ...rest } = options
        if (topK === undefined) return { options }
        return { options: rest, warnings: [{ type: 'unsupported', feature: 'topK' }] }
      })

/** Puts it where the model finds it. */
export function withMovedTopK(send: typeof globalThis.fetch): typeof globalThis.fetch {
  const moving = (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    if (typeof init.body !== 'string' || !init.body.includes('"topK":')) return send(input, init)
    const body = parseObject(init.body)
    const { topK, ...inferenceConfig } = objectOf(body.inferenceConfig)
    const [, model = ''] = /\/model\/([^/]+)\//.exec(String(input)) ?? []
    const toFields = wordsOf(decodeURIComponent(model))
    if (topK === undefined || toFields === undefined) return send(input, init)
    const fields = { ...objectOf(body.additionalModelRequestFields), ...toFields(topK) }
    return send(input, {
      ...init,
      body: JSON.stringify({ ...body, inferenceConfig, additionalModelRequestFields: fields }),
    })
  }
  return moving as typeof globalThis.fetch
}
