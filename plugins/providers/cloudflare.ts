import * as v from 'valibot'
import { countOf, objectOf } from '../../src/contract/loose-json.ts'
import { says, shown, text } from '../../src/contract/settings.ts'
import { readPages, withParameter } from '../../src/vendors/model-list.ts'
import { openaiCompatible } from '../../src/vendors/openai-compatible.ts'

/** What can be asked here; of the others the list tells, too. */
const callable: ReadonlySet<unknown> = new Set(['Text Generation', 'Text Embeddings'])

const accountId = v.pipe(
  text(),
  v.regex(/^[0-9a-f]+$/i, 'expected the id of an account: 32 digits and letters'),
)

/**
 * Workers AI: https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility. Its variables are
 * `CLOUDFLARE_AI_…`, as `CLOUDFLARE_API_KEY` is there for other tools; the account is taken from `CLOUDFLARE_ACCOUNT_ID`
 * where nothing else is said. The list is beside the API, in pages.
 */
export default openaiCompatible<'accountId'>({
  name: 'cloudflare',
  knownAs: ['workers-ai'],
  env: 'CLOUDFLARE_AI',
  about: 'Open models at Workers AI of Cloudflare.',
  fields: { accountId: says('The id of the account at Cloudflare', shown(accountId)) },
  borrows: [{ accountId: ['CLOUDFLARE_ACCOUNT_ID'] }],
  missing({ apiKey, accountId, baseUrl }, nameOf) {
    if (baseUrl !== undefined || (apiKey !== undefined && accountId !== undefined)) return undefined
    return `${nameOf('apiKey')} and ${nameOf('accountId')}, or ${nameOf('baseUrl')}`
  },
  address: ({ accountId }) => `https://api.cloudflare.com/client/v4/accounts/${accountId}/ai/v1`,
  speaks: ['openai-chat', 'openai-embeddings'],
  models: ({ provider, baseUrl, get }) =>
    readPages({
      provider,
      url: `${baseUrl.replace(/\/v1$/, '')}/models/search?per_page=100&page=1`,
      get,
      shape: {
        list: 'result',
        read: ({ name, task }) => (callable.has(objectOf(task).name) ? { id: name } : undefined),
        next({ result_info }, url) {
          const { page, per_page, total_count } = objectOf(result_info)
          const isLast = countOf(page) * countOf(per_page) >= countOf(total_count)
          return isLast ? undefined : withParameter(url, 'page', String(countOf(page) + 1))
        },
      },
    }),
})
