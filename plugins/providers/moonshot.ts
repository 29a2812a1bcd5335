import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Accounts of the Chinese platform set `MOONSHOT_BASE_URL=https://api.moonshot.cn/v1`. What it speaks:
 * https://platform.kimi.ai/docs/api/overview; messages live beside the rest of the API.
 */
export default openaiCompatible({
  name: 'moonshot',
  about: 'Kimi models of Moonshot AI.',
  baseUrl: 'https://api.moonshot.ai/v1',
  speaks: ['openai-chat', 'openai-responses'],
  partly: ['openai-responses'],
  atRoot: { 'anthropic-messages': '/anthropic/v1/messages' },
})
