import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Completions are a beta with a path of its own (https://api-docs.deepseek.com/api/create-completion); messages live
 * beside the rest of the API (https://api-docs.deepseek.com/guides/anthropic_api).
 */
export default openaiCompatible({
  name: 'deepseek',
  about: 'Chat and reasoning models of DeepSeek.',
  baseUrl: 'https://api.deepseek.com',
  speaks: ['openai-chat'],
  atRoot: { 'openai-completions': '/beta/completions', 'anthropic-messages': '/anthropic/v1/messages' },
  credentials: key => ({ authorization: `Bearer ${key}`, 'x-api-key': key }),
})
