import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * The v1 API, `https://RESOURCE.openai.azure.com/openai/v1`, with what its reference lists: all of OpenAI's but
 * moderations (https://learn.microsoft.com/azure/ai-foundry/openai/latest). A model's id is the name of its deployment,
 * and only the management API lists those: `/models` names what could be deployed. So `AZURE_MODELS` says what there is, and
 * models that think, which chat refuses tools as at OpenAI, are known by what their deployment is called: `team-gpt5`.
 */
export default openaiCompatible({
  name: 'azure',
  knownAs: ['azure-openai', 'azure-text'],
  about: 'Models deployed in Azure OpenAI or Microsoft Foundry.',
  path: '/openai/v1',
  credentials: key => ({ 'api-key': key }),
  modelsPath: false,
  limit: 'max_completion_tokens',
  lacks: ['top_k'],
  neverThinks: /(?:^|[^a-z0-9])gpt-?(?:[34]|5-chat)/i,
  sampling: { stops: 4 },
  // Chat has refused more than 40 characters, responses more than 64.
  callIds: { fits: /^.{1,40}$/s, length: 32 },
  asksResponses: /(?:^|[^a-z0-9])(?:gpt-?(?:[5-9]|[12]\d)(?!\d)(?![\d.]*-chat)|o[1-9](?![a-z0-9])|codex)/i,
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
  ],
})
