import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/** Chat and completions: https://inference-docs.cerebras.ai/api-reference. */
export default openaiCompatible({
  name: 'cerebras',
  about: 'Open models on the wafer-scale processors of Cerebras.',
  baseUrl: 'https://api.cerebras.ai/v1',
  speaks: ['openai-chat', 'openai-completions'],
})
