import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * What it speaks: https://docs.sglang.io/docs/basic_usage/openai_api and
 * https://docs.sglang.io/docs/basic_usage/anthropic_api. Its reranking answers with a bare list.
 */
export default openaiCompatible({
  name: 'sglang',
  knownAs: ['sgl'],
  about: 'Models of your own, served by SGLang.',
  baseUrl: 'http://127.0.0.1:30000/v1',
  path: '/v1',
  speaks: [
    'openai-chat',
    'openai-completions',
    'openai-embeddings',
    'anthropic-messages',
    'anthropic-count-tokens',
  ],
})
