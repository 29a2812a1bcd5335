import { openaiCompatible } from '../../src/openai-compatible.ts'

export default openaiCompatible({
  name: 'sglang',
  about: 'Models of your own, served by SGLang.',
  baseUrl: 'http://127.0.0.1:30000/v1',
  path: '/v1',
})
