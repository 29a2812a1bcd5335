import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Answers to `stream_options` since version 0.3.18; older ones report no usage in streams. What it speaks:
 * https://lmstudio.ai/docs/developer/openai-compat and https://lmstudio.ai/docs/developer/anthropic-compat. Pictures
 * must come as data.
 */
export default openaiCompatible({
  name: 'lmstudio',
  about: 'Local models served by LM Studio.',
  baseUrl: 'http://127.0.0.1:1234/v1',
  path: '/v1',
  readsImageUrls: false,
  speaks: [
    'openai-chat',
    'openai-responses',
    'openai-completions',
    'openai-embeddings',
    'anthropic-messages',
  ],
  partly: ['openai-responses'],
})
