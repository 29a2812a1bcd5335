import { openaiCompatible } from '../../src/openai-compatible.ts'

export default openaiCompatible({
  name: 'vllm',
  about: 'Models of your own, served by vLLM.',
  baseUrl: 'http://127.0.0.1:8000/v1',
  path: '/v1',
})
