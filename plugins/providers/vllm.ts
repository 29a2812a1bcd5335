import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/** What it speaks: https://docs.vllm.ai/en/stable/serving/online_serving */
export default openaiCompatible({
  name: 'vllm',
  about: 'Models of your own, served by vLLM.',
  baseUrl: 'http://127.0.0.1:8000/v1',
  path: '/v1',
  speaks: [
    'openai-chat',
    'openai-responses',
    'openai-completions',
    'openai-embeddings',
    'openai-transcriptions',
    'openai-translations',
    'anthropic-messages',
    'anthropic-count-tokens',
    'rerank',
  ],
  partly: ['openai-responses'],
})
