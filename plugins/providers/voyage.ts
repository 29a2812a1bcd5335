import * as v from 'valibot'
import { modelProvider } from '../../src/vendors/model-provider.ts'
import { place, rerankingModels } from '../../src/vendors/reranking.ts'

const answer = v.pipe(
  v.object({ data: v.array(v.object({ index: place(), relevance_score: v.number() })) }),
  v.transform(({ data }) =>
    data.map(({ index, relevance_score: relevanceScore }) => ({ index, relevanceScore })),
  ),
)

/**
 * https://docs.voyageai.com/reference/embeddings-api and https://docs.voyageai.com/reference/reranker-api, which says
 * `top_k` and `data` where others say `top_n` and `results`. There is no list of models.
 */
export default modelProvider({
  name: 'voyage',
  about: 'Embedding and reranking models of Voyage AI.',
  baseUrl: 'https://api.voyageai.com/v1',
  speaks: ['openai-embeddings'],
  offers: ['reranking'],
  idsInBody: true,
  load: async setup => ({
    rerankingModel: rerankingModels(
      {
        url: `${setup.baseUrl}/rerank`,
        toBody: ({ model, query, texts, most }) => ({
          ...{ model, query, documents: texts },
          ...(most !== undefined && { top_k: most }),
        }),
        answer,
      },
      setup,
    ),
  }),
})
