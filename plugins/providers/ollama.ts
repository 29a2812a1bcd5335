import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * What it speaks: https://docs.ollama.com/api/openai-compatibility and https://docs.ollama.com/api/anthropic-compatibility
 * (responses since 0.13.3, messages since 0.14). Pictures must come as data. Ollama's own software keeps a directory in
 * `OLLAMA_MODELS` and a number in `OLLAMA_MAX_LOADED_MODELS`.
 */
export default openaiCompatible({
  name: 'ollama',
  about: 'Local models served by Ollama.',
  baseUrl: 'http://127.0.0.1:11434/v1',
  path: '/v1',
  readsImageUrls: false,
  speaks: [
    'openai-chat',
    'openai-responses',
    'openai-completions',
    'openai-embeddings',
    'anthropic-messages',
  ],
  partly: ['openai-responses'],
  ignores: (variable, value) =>
    variable === 'OLLAMA_MAX_LOADED_MODELS' ||
    (variable === 'OLLAMA_MODELS' && /^(?:[~./\\]|[a-z]:\\)/i.test(value.trim())),
})
