import { openaiCompatible } from '../../src/openai-compatible.ts'

/**
 * The v1 API, `https://RESOURCE.openai.azure.com/openai/v1`. A model's id is the name of its deployment, and only the
 * management API lists those: `/models` names what could be deployed. So `AZURE_MODELS` says what there is.
 */
export default openaiCompatible({
  name: 'azure',
  about: 'Models deployed in Azure OpenAI or Microsoft Foundry.',
  path: '/openai/v1',
  credentials: key => ({ 'api-key': key }),
  modelsPath: false,
})
