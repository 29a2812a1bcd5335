import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Everything that https://platform.openai.com/docs/api-reference lists. From GPT-5.4 on chat refuses every tool unless
 * thinking is off ("Function tools with reasoning_effort are not supported"), and Codex is not there: models that think are
 * asked for responses. Of one that was tuned (`ft:gpt-5-mini:acme:name:id`) the base counts.
 */
export default openaiCompatible({
  name: 'openai',
  knownAs: ['text-completion-openai'],
  about: 'GPT and o-series models of OpenAI.',
  baseUrl: 'https://api.openai.com/v1',
  limit: 'max_completion_tokens',
  lacks: ['top_k'],
  neverThinks: /^(?:ft:)?(?:chatgpt-|gpt-(?:[34]|5-chat))/,
  sampling: { stops: 4 },
  // Chat has refused more than 40 characters, responses more than 64.
  callIds: { fits: /^.{1,40}$/s, length: 32 },
  asksResponses: /^(?:ft:)?(?:gpt-(?:[5-9]|[12]\d)(?![\d.]*-chat)|o[1-9]|codex)/,
  speaks: [
    'openai-chat',
    'openai-responses',
    'openai-responses-compact',
    'openai-completions',
    'openai-embeddings',
    'openai-images',
    'openai-image-edits',
    'openai-speech',
    'openai-transcriptions',
    'openai-translations',
    'openai-realtime',
    'openai-moderations',
  ],
})
