import * as v from 'valibot'
import { modelProvider } from '../../src/vendors/model-provider.ts'
import { place, rerankingModels } from '../../src/vendors/reranking.ts'

const answer = v.pipe(
  v.array(v.object({ index: place(), score: v.number() })),
  v.transform(ranks => ranks.map(({ index, score: relevanceScore }) => ({ index, relevanceScore }))),
)

/**
 * https://github.com/huggingface/text-embeddings-inference/blob/main/docs/openapi.json. A server has one model, either to
 * embed or to rank. It ranks at its root, in words of its own, and answers all that it was sent. There is no list of models.
 */
export default modelProvider({
  name: 'tei',
  about: 'An embedding or reranking model of your own, served by Text Embeddings Inference.',
  path: '/v1',
  speaks: ['openai-embeddings'],
  offers: ['reranking'],
  idsInBody: true,
  load: async setup => ({
    rerankingModel: rerankingModels(
      {
        url: `${setup.baseUrl.replace(/\/v1$/, '')}/rerank`,
        toBody: ({ query, texts }) => ({ query, texts }),
        answer,
      },
      setup,
    ),
  }),
})
