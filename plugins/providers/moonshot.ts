import { openaiCompatible } from '../../src/openai-compatible.ts'

/** Accounts of the Chinese platform set `MOONSHOT_BASE_URL=https://api.moonshot.cn/v1`. */
export default openaiCompatible({
  name: 'moonshot',
  about: 'Kimi models of Moonshot AI.',
  baseUrl: 'https://api.moonshot.ai/v1',
})
