import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Model ids are paths: `accounts/fireworks/models/gpt-oss-120b`. What it speaks: https://docs.fireworks.ai/api-reference,
 * messages: https://docs.fireworks.ai/tools-sdks/anthropic-compatibility. Its reranking has an answer of another shape.
 */
export default openaiCompatible({
  name: 'fireworks',
  about: 'Open models hosted by Fireworks AI.',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  speaks: [
    'openai-chat',
    'openai-responses',
    'openai-completions',
    'openai-embeddings',
    'anthropic-messages',
  ],
  partly: ['openai-responses'],
})
