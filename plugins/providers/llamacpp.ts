import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Without a base URL of its own: the usual port of `llama-server` is 8080, and so is the gateway's. What it speaks:
 * https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
 */
export default openaiCompatible({
  name: 'llamacpp',
  knownAs: ['llamafile'],
  about: 'Local models served by llama-server of llama.cpp.',
  path: '/v1',
  speaks: [
    'openai-chat',
    'openai-responses',
    'openai-completions',
    'openai-embeddings',
    'anthropic-messages',
    'anthropic-count-tokens',
    'rerank',
  ],
  partly: ['openai-responses'],
})
