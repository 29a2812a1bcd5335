import { openaiCompatible } from '../../src/openai-compatible.ts'

export default openaiCompatible({
  name: 'openai',
  about: 'GPT and o-series models of OpenAI.',
  baseUrl: 'https://api.openai.com/v1',
})
