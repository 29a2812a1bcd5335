import { KEY_IN_FETCH } from '../../src/translate/offers.ts'
import { PLAIN_NAMES } from '../../src/translate/tool-names.ts'
import { modelProvider } from '../../src/vendors/model-provider.ts'
import { listAt } from '../../src/vendors/openai-compatible.ts'
import { withNotes } from '../families/mistral.ts'

/**
 * Refuses `stream_options.include_usage` with 422 and reports usage in the last chunk anyway. It speaks what
 * https://docs.mistral.ai/api lists; speech has a body of its own there, and goes through the package.
 *
 * The package is there for chat too: models that think answer with a list of pieces for `content`, which the package for
 * OpenAI's format cannot read.
 */
export default modelProvider({
  name: 'mistral',
  about: 'Models of Mistral AI.',
  baseUrl: 'https://api.mistral.ai/v1',
  speaks: ['openai-chat', 'openai-embeddings', 'openai-moderations', 'openai-transcriptions'],
  asksUsage: false,
  offers: ['language', 'speech'],
  // "Tool call id was … but must be a-z, A-Z, 0-9, with a length of 9."
  callIds: { fits: /^[a-zA-Z0-9]{9}$/, length: 9, isOwnForm: true },
  toolNames: PLAIN_NAMES,
  sampling: { ranges: { temperature: [0, 1.5] }, seeds: [0, Number.MAX_SAFE_INTEGER] },
  models: listAt('/models'),
  async load({ baseUrl, fetch }) {
    const { createMistral } = await import('@ai-sdk/mistral')
    const mistral = createMistral({ baseURL: baseUrl, apiKey: KEY_IN_FETCH, fetch })
    return { ...mistral, languageModel: id => withNotes(mistral.languageModel(id)) }
  },
})
