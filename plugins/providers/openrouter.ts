import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Its reference says that `include_usage` has no effect, as usage is always included, and will be removed. What it
 * speaks: https://openrouter.ai/docs/api/reference
 */
export default openaiCompatible({
  name: 'openrouter',
  about: 'Models of many vendors behind one account at OpenRouter.',
  baseUrl: 'https://openrouter.ai/api/v1',
  asksUsage: false,
  speaks: [
    'openai-chat',
    'openai-responses',
    'openai-completions',
    'openai-embeddings',
    'anthropic-messages',
  ],
  partly: ['openai-responses'],
})
