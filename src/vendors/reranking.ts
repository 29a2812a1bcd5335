import { APICallError, type RerankingModelV4 } from '@ai-sdk/provider'
import * as v from 'valibot'
import type { JsonObject } from '../types.ts'
import type { PackageSetup } from './model-provider.ts'

type Ranking = Awaited<ReturnType<RerankingModelV4['doRerank']>>['ranking']

/** How a vendor ranks that has other names for it than Cohere and Jina, and no package. */
export interface Reranking {
  readonly url: string
  /** The call in the vendor's words; `most` is how many results are wanted, where that is said. */
  readonly toBody: (asked: { model: string; query: string; texts: string[]; most?: number }) => JsonObject
  /** The vendor's answer, read as places in the list of texts and how well they fit, the best first. */
  readonly answer: v.GenericSchema<unknown, Ranking>
}

/** A place in the list of texts that were sent. */
export const place = () => v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** Makes models of a vendor's reranking; errors are those that packages of the AI SDK have. */
export const rerankingModels =
  ({ url, toBody, answer }: Reranking, { fetch: send }: Pick<PackageSetup, 'fetch'>) =>
  (model: string): RerankingModelV4 => ({
    specificationVersion: 'v4',
    provider: 'reranking',
    modelId: model,
    async doRerank({ query, documents, topN, abortSignal }) {
      const texts = documents.values.map(each => (typeof each === 'string' ? each : JSON.stringify(each)))
      const body = toBody({ model, query, texts, ...(topN !== undefined && { most: topN }) })
      const response = await send(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: abortSignal ?? null,
      })
      const text = await response.text()
      const read = response.ok ? v.safeParse(v.pipe(v.string(), v.parseJson(), answer), text) : undefined
      if (read?.success && read.output.every(({ index }) => index < texts.length))
        return { ranking: read.output.slice(0, topN) }
      throw new APICallError({
        message: response.ok ? 'The answer is no ranking' : 'The call was refused',
        url,
        requestBodyValues: body,
        statusCode: response.status,
        responseHeaders: Object.fromEntries(response.headers),
        responseBody: text,
      })
    },
  })
