import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Its own language, with what only its machine understands (`num_ctx`, `keep_alive`), lives beside the others. What else it
 * speaks: https://docs.ollama.com/api/openai-compatibility and https://docs.ollama.com/api/anthropic-compatibility
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
  beside: {
    'ollama-chat': '/api/chat',
    'ollama-generate': '/api/generate',
    'ollama-embed': '/api/embed',
    'ollama-embeddings': '/api/embeddings',
  },
  ignores: (variable, value) =>
    variable === 'OLLAMA_MAX_LOADED_MODELS' ||
    (variable === 'OLLAMA_MODELS' && /^(?:[~./\\]|[a-z]:\\)/i.test(value.trim())),
})
