import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Some of its models report no usage in a stream unless asked. Lists models as a bare array. What it speaks:
 * https://docs.together.ai/reference
 */
export default openaiCompatible({
  name: 'together',
  about: 'Open models hosted by Together AI.',
  baseUrl: 'https://api.together.ai/v1',
  speaks: [
    'openai-chat',
    'openai-completions',
    'openai-embeddings',
    'openai-images',
    'openai-speech',
    'openai-transcriptions',
    'openai-translations',
    'rerank',
  ],
})
