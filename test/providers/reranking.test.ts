import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Behind, startBehind } from './behind.ts'

/** Vendors that rank in words of their own answer in the language that clients speak. */

let voyage: Behind
let tei: Behind
beforeAll(async () => {
  voyage = await startBehind(url => ({ VOYAGE_API_KEY: 'k', VOYAGE_BASE_URL: `${url}/v1` }))
  tei = await startBehind(url => ({ TEI_BASE_URL: url }))
})
afterAll(() => Promise.all([voyage, tei].map(each => each.close())))

const question = { query: 'What is red?', documents: ['The sky', { text: 'A tomato' }] }
const ask = (vendor: Behind, model: string, more: object = {}) =>
  vendor.ask('/v1/rerank', { model, ...question, ...more })

describe('voyage', () => {
  const ranked = { object: 'list', data: [{ index: 1, relevance_score: 0.9 }], usage: { total_tokens: 9 } }

  test('is asked for so many as its "top_k" says', async () => {
    voyage.answer(ranked)
    const { body } = await ask(voyage, 'voyage/rerank-2.5', { top_n: 1, return_documents: true })
    expect(voyage.sent()).toEqual({
      ...{ model: 'rerank-2.5', query: 'What is red?', top_k: 1 },
      documents: ['The sky', 'A tomato'],
    })
    expect(voyage.headers().get('authorization')).toBe('Bearer k')
    expect(body.results).toEqual([{ index: 1, relevance_score: 0.9, document: { text: 'A tomato' } }])
  })

  test('says no in its own words, under its own status', async () => {
    voyage.answer({ status: 400, body: '{"detail": "Too many documents"}' })
    const { status, body } = await ask(voyage, 'voyage/rerank-2.5')
    expect([status, body.error.message]).toEqual([400, expect.stringContaining('Too many documents')])
  })

  test.each([
    ['a place that no document has', { data: [{ index: 7, relevance_score: 1 }] }],
    ['no ranking', { results: [] }],
    ['no JSON', { body: 'oops' }],
  ])('that answers %s has failed', async (_, answer) => {
    voyage.answer(answer)
    const { status, body } = await ask(voyage, 'voyage/rerank-2.5')
    expect([status, body.error.code]).toEqual([502, 'upstream_invalid'])
  })
})

describe('tei', () => {
  test('is asked at its root, and answers no more than are wanted', async () => {
    const paths: string[] = []
    tei.answer(({ path }) => {
      paths.push(path)
      return { body: JSON.stringify([0.9, 0.1].map((score, i) => ({ index: 1 - i, score }))) }
    })
    const { body } = await ask(tei, 'tei/bge-reranker', { top_n: 1 })
    expect(paths).toEqual(['/rerank'])
    expect(tei.sent()).toEqual({ query: 'What is red?', texts: ['The sky', 'A tomato'] })
    expect(body.results).toEqual([{ index: 1, relevance_score: 0.9 }])
  })
})
