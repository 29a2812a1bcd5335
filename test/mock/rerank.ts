import type { Desk } from './desk.ts'
import { listOf, numberOf, objectOr, textOf } from './heard.ts'

/** Documents that share more words with the query come first. */
export const rerank: Desk = ({ json, id }) => {
  const words = new Set(textOf(json.query).toLowerCase().split(/\s+/))
  const results = listOf(json.documents)
    .map((document, index) => {
      const text = typeof document === 'string' ? document : textOf(objectOr(document).text)
      const own = text.toLowerCase().split(/\s+/)
      return { index, relevance_score: own.filter(word => words.has(word)).length / Math.max(1, own.length) }
    })
    .sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
    .slice(0, numberOf(json.top_n))
  return {
    body: JSON.stringify({ id: `rerank-${id}`, results, meta: { billed_units: { search_units: 1 } } }),
  }
}
