import { openaiCompatible } from '../../src/openai-compatible.ts'

/** Also for NIM containers of one's own, with `NVIDIA_BASE_URL`. */
export default openaiCompatible({
  name: 'nvidia',
  about: 'Models in the API catalog of NVIDIA, or in NIM containers.',
  baseUrl: 'https://integrate.api.nvidia.com/v1',
})
