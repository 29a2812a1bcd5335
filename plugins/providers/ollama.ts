import { openaiCompatible } from '../../src/openai-compatible.ts'

/** Ollama's own software keeps a directory in `OLLAMA_MODELS` and a number in `OLLAMA_MAX_LOADED_MODELS`. */
export default openaiCompatible({
  name: 'ollama',
  about: 'Local models served by Ollama.',
  baseUrl: 'http://127.0.0.1:11434/v1',
  path: '/v1',
  ignores: (variable, value) =>
    variable === 'OLLAMA_MAX_LOADED_MODELS' ||
    (variable === 'OLLAMA_MODELS' && /^(?:[~./\\]|[a-z]:\\)/i.test(value.trim())),
})
