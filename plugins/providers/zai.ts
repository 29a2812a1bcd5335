import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * The last chunk reports usage unasked. The coding plan has another base URL: `https://api.z.ai/api/coding/paas/v4`.
 * What it speaks: https://docs.z.ai/api-reference; messages live beside both.
 */
export default openaiCompatible({
  name: 'zai',
  knownAs: ['zhipu'],
  about: 'GLM models of Z.ai.',
  baseUrl: 'https://api.z.ai/api/paas/v4',
  asksUsage: false,
  speaks: ['openai-chat', 'openai-images', 'openai-transcriptions'],
  atRoot: { 'anthropic-messages': '/api/anthropic/v1/messages' },
})
