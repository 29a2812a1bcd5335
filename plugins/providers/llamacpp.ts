import { openaiCompatible } from '../../src/openai-compatible.ts'

/** Without a base URL of its own: the usual port of `llama-server` is 8080, and so is the gateway's. */
export default openaiCompatible({
  name: 'llamacpp',
  about: 'Local models served by llama-server of llama.cpp.',
  path: '/v1',
})
