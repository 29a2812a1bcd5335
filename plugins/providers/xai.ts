import type { LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import { objectOf } from '../../src/contract/loose-json.ts'
import { withLayer, withOptions } from '../../src/translate/layer.ts'
import { KEY_IN_FETCH } from '../../src/translate/offers.ts'
import { modelProvider } from '../../src/vendors/model-provider.ts'
import { listAt } from '../../src/vendors/openai-compatible.ts'

/** They think as much as they want to, or not at all: "Model … does not support parameter reasoningEffort." */
const UNASKED = /^grok-(?:2|3(?!-mini)|4(?:-1)?-fast|code|build|composer)/

/**
 * Speaks what https://docs.x.ai/developers/rest-api-reference lists, but for Anthropic's messages, which are deprecated
 * there. Edits of images take JSON instead of a form, and audio has endpoints of its own: these go through the package.
 *
 * The package asks for responses, as chat is a legacy endpoint there. What that loses for translated calls: stop
 * sequences and penalties, each with a warning to the caller. Nothing is stored there: what the next turn needs, encrypted
 * thoughts among it, travels with the client.
 */
export default modelProvider({
  name: 'xai',
  about: 'Grok models of xAI.',
  baseUrl: 'https://api.x.ai/v1',
  speaks: ['openai-chat', 'openai-responses', 'openai-images'],
  partly: ['openai-responses'],
  offers: ['language', 'image', 'speech', 'transcription'],
  models: listAt('/models'),
  thinking: model => (UNASKED.test(model) ? { thinks: false } : undefined),
  async load({ baseUrl, fetch }) {
    const { createXai } = await import('@ai-sdk/xai')
    const xai = createXai({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
    const layer = (options: LanguageModelV4CallOptions) => ({
      options: withOptions(options, 'xai', { store: false }),
      result: withReason,
    })
    return { ...xai, languageModel: id => withLayer(xai.languageModel(id), layer) }
  },
})

/** Of a whole answer that was cut the package says that it is incomplete, not why. */
function withReason(result: LanguageModelV4GenerateResult): LanguageModelV4GenerateResult {
  const { incomplete_details: details } = objectOf(result.response?.body)
  const unified = reasons[String(objectOf(details).reason)]
  return unified === undefined ? result : { ...result, finishReason: { ...result.finishReason, unified } }
}

const reasons: Readonly<Record<string, 'length' | 'content-filter'>> = {
  max_output_tokens: 'length',
  content_filter: 'content-filter',
}
