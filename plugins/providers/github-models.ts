import { includes } from '../../src/vendors/model-facts.ts'
import { readModels } from '../../src/vendors/model-list.ts'
import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/**
 * https://docs.github.com/rest/models; for embeddings https://github.com/github/codespaces-models/pull/28. What it wants is a token that may read models; `GITHUB_TOKEN` is not read, as many
 * have it for other things. Calls for an organization go to
 * `GITHUB_MODELS_BASE_URL=https://models.github.ai/orgs/ORGANIZATION/inference`. The list is beside the API.
 */
export default openaiCompatible({
  name: 'github-models',
  knownAs: ['github'],
  about: 'Models of many makers at GitHub Models.',
  baseUrl: 'https://models.github.ai/inference',
  speaks: ['openai-chat', 'openai-embeddings'],
  models: async ({ provider, baseUrl, get }) =>
    readModels(provider, await get(new URL('/catalog/models', baseUrl).href), {
      list: 'models',
      read: ({ id, publisher, supported_input_modalities: takes }) => ({
        id,
        ownedBy: publisher,
        facts: {
          images: includes(takes, 'image'),
          audio: includes(takes, 'audio'),
        },
      }),
    }),
})
