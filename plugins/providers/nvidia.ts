import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * Also for NIM containers of one's own, with `NVIDIA_BASE_URL`. Chat, completions and embeddings:
 * https://docs.nvidia.com/nim/large-language-models/latest/api-reference.html and
 * https://docs.nvidia.com/nim/nemo-retriever/text-embedding/latest/reference.html
 */
export default openaiCompatible({
  name: 'nvidia',
  about: 'Models in the API catalog of NVIDIA, or in NIM containers.',
  baseUrl: 'https://integrate.api.nvidia.com/v1',
  speaks: ['openai-chat', 'openai-completions', 'openai-embeddings'],
})
