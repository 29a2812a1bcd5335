import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Its last chunk reports usage unasked; there was a time when it refused `stream_options`. What it speaks:
 * https://console.groq.com/docs/api-reference
 */
export default openaiCompatible({
  name: 'groq',
  about: 'Open models on the fast processors of Groq.',
  baseUrl: 'https://api.groq.com/openai/v1',
  asksUsage: false,
  speaks: [
    'openai-chat',
    'openai-responses',
    'openai-speech',
    'openai-transcriptions',
    'openai-translations',
  ],
  partly: ['openai-responses'],
})
