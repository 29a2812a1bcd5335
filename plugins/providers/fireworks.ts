import { openaiCompatible } from '../../src/openai-compatible.ts'

/** Model ids are paths: `accounts/fireworks/models/gpt-oss-120b`. */
export default openaiCompatible({
  name: 'fireworks',
  about: 'Open models hosted by Fireworks AI.',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
})
