import { openaiCompatible } from '../../src/openai-compatible.ts'

export default openaiCompatible({
  name: 'xai',
  about: 'Grok models of xAI.',
  baseUrl: 'https://api.x.ai/v1',
})
