import { modelProvider } from '../../src/model-provider.ts'
import { KEY_IN_FETCH } from '../../src/offers.ts'
import { listAt } from '../../src/openai-compatible.ts'

/**
 * Speaks what https://docs.x.ai/developers/rest-api-reference lists, but for Anthropic's messages, which are deprecated
 * there. Edits of images take JSON instead of a form, and audio has endpoints of its own: these go through the package.
 *
 * The package asks for responses, as chat is a legacy endpoint there. What that loses for translated calls: stop
 * sequences and penalties, each with a warning to the caller.
 */
export default modelProvider({
  name: 'xai',
  about: 'Grok models of xAI.',
  baseUrl: 'https://api.x.ai/v1',
  speaks: ['openai-chat', 'openai-responses', 'openai-images'],
  offers: ['language', 'image', 'speech', 'transcription'],
  models: listAt('/models'),
  async load({ baseUrl, fetch }) {
    const { createXai } = await import('@ai-sdk/xai')
    return createXai({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
  },
})
