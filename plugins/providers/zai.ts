import { openaiCompatible } from '../../src/openai-compatible.ts'

/** The last chunk reports usage unasked. The coding plan has another base URL: `https://api.z.ai/api/coding/paas/v4`. */
export default openaiCompatible({
  name: 'zai',
  about: 'GLM models of Z.ai.',
  baseUrl: 'https://api.z.ai/api/paas/v4',
  asksUsage: false,
})
