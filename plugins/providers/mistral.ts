import { openaiCompatible } from '../../src/openai-compatible.ts'

/** Refuses `stream_options.include_usage` with 422 and reports usage in the last chunk anyway. */
export default openaiCompatible({
  name: 'mistral',
  about: 'Models of Mistral AI.',
  baseUrl: 'https://api.mistral.ai/v1',
  asksUsage: false,
})
