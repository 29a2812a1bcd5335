import { openaiCompatible } from '../../src/openai-compatible.ts'

export default openaiCompatible({
  name: 'cerebras',
  about: 'Open models on the wafer-scale processors of Cerebras.',
  baseUrl: 'https://api.cerebras.ai/v1',
})
