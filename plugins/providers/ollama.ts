import { objectOf } from '../../src/contract/loose-json.ts'
import type { AdaptFacts } from '../../src/contract/provider.ts'
import type { JsonObject } from '../../src/types.ts'
import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/** The models that are known to take a level; others think or do not: https://docs.ollama.com/capabilities/thinking */
const knowsEfforts = (model: string): boolean => /gpt-oss/i.test(model)

/** What an operator has set for a body that passes: models that take no level refuse one. */
function withoutLevel(body: JsonObject, { dialect, model, warn }: AdaptFacts): JsonObject {
  if (knowsEfforts(model)) return body
  if (typeof body.think === 'string') {
    warn('think: this model is not told how much it shall think, only that it shall')
    return { ...body, think: true }
  }
  const { effort, ...reasoning } = objectOf(body.reasoning)
  if (dialect !== 'openai-responses' || effort == null || effort === 'none') return body
  warn('reasoning.effort: this model is not told how much it shall think')
  return { ...body, reasoning }
}

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
  knowsEfforts,
  adapt: withoutLevel,
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
