import { countOf, isObject, usageOf } from '../../../src/contract/loose-json.ts'
import { KEY_IN_FETCH } from '../../../src/translate/offers.ts'
import { readPages, withParameter } from '../../../src/vendors/model-list.ts'
import { modelProvider } from '../../../src/vendors/model-provider.ts'
import { withKnownCitations, withPlans } from './answer.ts'
import { withJsonBesideTools } from './json-beside-tools.ts'

/**
 * Reranking passes as bytes: its language is Cohere's own (https://docs.cohere.com/reference/rerank).
 *
 * What the package loses: what is billed, which is less than what the model reads (`billed_units` of
 * https://docs.cohere.com/reference/chat), and, where that is not told, what was read from a cache (`usage` reads both
 * from the vendor's report), plans, and citations (`answer.ts`). What Cohere itself does not take: a form for the answer
 * beside tools (`json-beside-tools.ts`). Of the list of models there is version 1 only.
 */
export default modelProvider({
  name: 'cohere',
  about: 'Command, Embed and Rerank models of Cohere.',
  baseUrl: 'https://api.cohere.com/v2',
  path: '/v2',
  aliases: { apiKey: ['CO_API_KEY'] },
  speaks: ['rerank'],
  offers: ['language', 'embedding', 'reranking'],
  // Which of its models think is their own affair; those that do take any budget.
  thinking: () => ({
    budget: { least: 1, toOptions: tokenBudget => ({ thinking: { type: 'enabled', tokenBudget } }) },
  }),
  sampling: {
    ranges: { topP: [0.01, 0.99], topK: [0, 500], frequencyPenalty: [0, 1], presencePenalty: [0, 1] },
    either: ['frequencyPenalty', 'presencePenalty'],
    stops: 5,
    seeds: [0, Number.MAX_SAFE_INTEGER],
  },
  usage(usage, raw) {
    const { billed_units: billed } = raw
    if (isObject(billed))
      return usageOf({ input: countOf(billed.input_tokens), output: countOf(billed.output_tokens) })
    const cacheRead = Math.min(usage.input, countOf(raw.cached_tokens))
    return { ...usage, input: usage.input - cacheRead, cacheRead: usage.cacheRead + cacheRead }
  },
  endings: { TIMEOUT: 'error', ERROR_LIMIT: 'length', ERROR_TOXIC: 'content-filter' },
  async load({ baseUrl, fetch }) {
    const { createCohere } = await import('@ai-sdk/cohere')
    const cohere = createCohere({
      baseURL: baseUrl,
      apiKey: KEY_IN_FETCH,
      fetch: withKnownCitations(fetch),
    })
    return {
      languageModel: id => withPlans(withJsonBesideTools(cohere.languageModel(id))),
      embeddingModel: id => cohere.embeddingModel(id),
      rerankingModel: id => cohere.rerankingModel(id),
    }
  },
  models: ({ provider, baseUrl, get }) =>
    readPages({
      provider,
      url: `${baseUrl.replace(/\/v2$/, '/v1')}/models?page_size=1000`,
      get,
      shape: {
        list: 'models',
        read: ({ name, context_length }) => ({
          id: name,
          ownedBy: 'cohere',
          facts: { contextWindow: context_length },
        }),
        next: ({ next_page_token }, url) => withParameter(url, 'page_token', next_page_token),
      },
    }),
})
