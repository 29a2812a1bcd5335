import type { RerankingModelV4 } from '@ai-sdk/provider'
import type { Dialect, Toward } from '../../src/contract/dialect.ts'
import { countOf, failureOf, isObject, listOf, objectOf, usageOf } from '../../src/contract/loose-json.ts'
import { definePlugin } from '../../src/contract/plugin.ts'
import { smallApi } from '../../src/contract/small-api.ts'
import type { Errand, Translated } from '../../src/contract/translation.ts'
import { refuse } from '../../src/errors.ts'
import type { JsonObject } from '../../src/types.ts'
import { fromPromptUsage } from '../../src/vendors/openai-usage.ts'

/**
 * Reranking as Cohere and Jina have it, and after them vLLM, Together and others:
 * https://docs.cohere.com/reference/rerank, https://jina.ai/reranker
 */
const rerank: Dialect = {
  ...smallApi,
  name: 'rerank',
  path: '/v1/rerank',
  about: 'Documents in the order of how well they answer a query',
  example: {
    body: {
      model: 'cohere/rerank-v3.5',
      query: 'What is red?',
      documents: ['The sky', 'A tomato'],
      top_n: 1,
    },
    fields: {
      query: 'What is looked for',
      documents: 'Texts, or objects with a `text`',
      top_n: 'How many of them come back; default: all',
      return_documents: '`true`: the answer repeats them',
    },
    answer: { id: '1', results: [{ index: 1, relevance_score: 0.98 }] },
  },
  isStream: () => false,
  isRepeatable: () => true,
  outgoing,
  usage({ usage, meta }) {
    if (isObject(usage)) return fromPromptUsage(usage)
    const { input_tokens: tokens } = objectOf(objectOf(meta).tokens)
    return tokens === undefined ? undefined : usageOf({ input: countOf(tokens) })
  },
  // Cohere says `{ message }` where others say `{ error }`.
  failure: part => (part.error == null || part.results !== undefined ? undefined : failureOf(part.error)),
  translation: { kind: 'reranking', run },
}

/**
 * Version 2 of Cohere's API takes documents as texts alone, and does not repeat them; others of this language, and it itself
 * before, know `{ text }` and `return_documents`.
 */
function outgoing(body: JsonObject, { type, warn }: Toward): JsonObject {
  const { documents, return_documents: returns, ...rest } = body
  const isPlain = listOf(documents).every(document => typeof document === 'string')
  if (type !== 'cohere' || (isPlain && returns === undefined)) return body
  if (returns === true) warn('"return_documents" has no counterpart at this provider')
  return { ...rest, documents: Array.isArray(documents) ? documents.map(toText) : documents }
}

const toText = (document: unknown): unknown => {
  const { text } = objectOf(document)
  return typeof text === 'string' ? text : document
}

const known = new Set(['model', 'query', 'documents', 'top_n', 'return_documents'])

async function run(
  model: RerankingModelV4,
  { body, facts, signal, heard, warn }: Errand,
): Promise<Translated> {
  const { json } = body
  const { query, top_n: topN, return_documents: returns } = json
  if (typeof query !== 'string' || query === '')
    refuse('invalid_request', 'Field "query" must be a text that is not empty', { param: 'query' })
  if (topN != null && countOf(topN) === 0)
    refuse('invalid_request', 'Field "top_n" must be a whole number above 0', { param: 'top_n' })
  for (const field of Object.keys(json))
    if (!known.has(field)) warn(`"${field}" has no counterpart at this provider`)
  const texts = documentsOf(json)
  const { ranking, warnings, response } = await heard(
    model.doRerank({
      query,
      documents: { type: 'text', values: texts },
      abortSignal: signal,
      // More than there are is refused at some.
      ...(topN != null && { topN: Math.min(topN as number, texts.length) }),
    }),
  )
  const results = ranking.map(({ index, relevanceScore }) => ({
    index,
    relevance_score: relevanceScore,
    ...(returns === true && { document: { text: texts[index] } }),
  }))
  return {
    body: { id: response?.id ?? facts.id, model: facts.model, results },
    ...(warnings && { warnings }),
  }
}

/** No honest call has more. */
const MOST = 10_000

function documentsOf({ documents }: JsonObject): string[] {
  if (!Array.isArray(documents) || documents.length === 0 || documents.length > MOST)
    refuse('invalid_request', `Field "documents" must be a list of 1 to ${MOST} documents`, {
      param: 'documents',
    })
  return (documents as unknown[]).map((document, index) => {
    const text = isObject(document) ? document.text : document
    return typeof text === 'string'
      ? text
      : refuse('invalid_request', `Field "documents[${index}]" must be a text or { "text": … }`, {
          param: `documents[${index}]`,
        })
  })
}

export default definePlugin({
  name: 'rerank',
  about: 'Speaks reranking as Cohere and Jina have it.',
  setup: () => ({ dialects: [rerank] }),
})
