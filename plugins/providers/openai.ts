import { isReasoningModel, openaiCompatible } from '../../src/openai-compatible.ts'

/** Everything that https://platform.openai.com/docs/api-reference lists. */
export default openaiCompatible({
  name: 'openai',
  about: 'GPT and o-series models of OpenAI.',
  baseUrl: 'https://api.openai.com/v1',
  limit: 'max_completion_tokens',
  asksResponses: isReasoningModel,
  speaks: [
    'openai-chat',
    'openai-responses',
    'openai-completions',
    'openai-embeddings',
    'openai-images',
    'openai-image-edits',
    'openai-speech',
    'openai-transcriptions',
    'openai-translations',
    'openai-moderations',
  ],
})
