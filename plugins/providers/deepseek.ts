import { openaiCompatible } from '../../src/openai-compatible.ts'

export default openaiCompatible({
  name: 'deepseek',
  about: 'Chat and reasoning models of DeepSeek.',
  baseUrl: 'https://api.deepseek.com',
})
