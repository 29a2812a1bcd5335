import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Behind, startBehind } from './behind.ts'

/** Vectors of other vendors for clients of OpenAI's embeddings: how long they are, and what they are for. */

let vendors: Behind
let strict: Behind
const environment = (url: string) => ({
  COHERE_API_KEY: 'k',
  COHERE_BASE_URL: `${url}/v2`,
  BEDROCK_API_KEY: 'k',
  BEDROCK_BASE_URL: url,
  GEMINI_API_KEY: 'k',
  GEMINI_BASE_URL: `${url}/v1beta`,
})
beforeAll(async () => {
  vendors = await startBehind(environment)
  strict = await startBehind(url => ({ ...environment(url), STRICT_PARAMETERS: 'true' }))
  for (const behind of [vendors, strict])
    behind.answer(({ path }) => {
      if (path.includes('nova')) return { embeddings: [{ embeddingType: 'TEXT', embedding: [0.5] }] }
      if (path.includes('titan')) return { embedding: [0.5], inputTextTokenCount: 1 }
      if (path.includes('gemini')) return { embedding: { values: [0.5] } }
      return { embeddings: { float: [[0.5]] }, meta: { billed_units: { input_tokens: 1 } } }
    })
})
afterAll(() => Promise.all([vendors.close(), strict.close()]))

const ask = (model: string, more: object, behind = vendors) =>
  behind.ask('/v1/embeddings', { model, input: 'a', ...more })

const cohere = 'cohere/embed-v4.0'
const cohereAtBedrock = 'bedrock/us.cohere.embed-v4:0'
const nova = 'bedrock/amazon.nova-2-multimodal-embeddings-v1:0'
const titan = 'bedrock/amazon.titan-embed-text-v2:0'
const firstTitan = 'bedrock/amazon.titan-embed-text-v1'
const gemini = 'gemini/gemini-embedding-001'

describe('dimensions', () => {
  test.each([
    [cohere, { output_dimension: 256 }],
    [cohereAtBedrock, { output_dimension: 256 }],
    [nova, { singleEmbeddingParams: { embeddingDimension: 256 } }],
    [titan, { dimensions: 256 }],
    [gemini, { outputDimensionality: 256 }],
  ])('reach %s as %j', async (model, expected) => {
    for (const behind of [vendors, strict]) {
      expect((await ask(model, { dimensions: 256 }, behind)).status).toBe(200)
      expect(behind.sent()).toMatchObject(expected)
    }
  })

  test.each([
    [cohere, 300, '"dimensions" is 300: this model makes vectors of 256, 512, 1024, 1536 only'],
    [nova, 512, '"dimensions" is 512: this model makes vectors of 256, 384, 1024, 3072 only'],
    [titan, 2048, '"dimensions" is 2048: this model makes vectors of 256, 512, 1024 only'],
    [firstTitan, 256, '"dimensions" is 256: this model makes vectors of 1536 only'],
  ])('that %s does not make (%d) are refused before it is asked', async (model, dimensions, message) => {
    const before = vendors.calls()
    const { status, body } = await ask(model, { dimensions })
    expect([status, body.error.code, body.error.param, body.error.message]).toEqual([
      400,
      'unsupported_parameter',
      'dimensions',
      message,
    ])
    expect(vendors.calls()).toBe(before)
  })

  test("are words of each vendor's own for clients of Ollama's language, too", async () => {
    const { status } = await vendors.ask('/api/embed', { model: titan, input: 'a', dimensions: 256 })
    expect(vendors.sent()).toMatchObject({ dimensions: 256 })
    // What was asked for has come with another length: no honest vendor does that.
    expect(status).toBe(400)
    const before = vendors.calls()
    const { body } = await vendors.ask('/api/embed', { model: cohere, input: 'a', dimensions: 300 })
    expect([body.error, vendors.calls()]).toEqual([
      '"dimensions" is 300: this model makes vectors of 256, 512, 1024, 1536 only',
      before,
    ])
  })

  test('of the only length that there is are not asked for', async () => {
    for (const more of [{}, { dimensions: 1536 }]) {
      expect((await ask(firstTitan, more)).status).toBe(200)
      expect(vendors.sent()).toEqual({ inputText: 'a' })
    }
  })
})

describe('input_type', () => {
  test.each([
    [cohere, 'search_document', { input_type: 'search_document' }],
    [cohereAtBedrock, 'clustering', { input_type: 'clustering' }],
    [nova, 'search_query', { singleEmbeddingParams: { embeddingPurpose: 'TEXT_RETRIEVAL' } }],
    [gemini, 'search_document', { taskType: 'RETRIEVAL_DOCUMENT' }],
  ])('reaches %s: %s', async (model, input_type, expected) => {
    const { status, headers } = await ask(model, { input_type })
    expect([status, headers.get('x-modelway-warning')]).toEqual([200, null])
    expect(vendors.sent()).toMatchObject(expected)
  })

  test('that a model has not is told, or refused', async () => {
    const { status, headers } = await ask(titan, { input_type: 'search_document' })
    expect([status, headers.get('x-modelway-warning')]).toEqual([
      200,
      '"input_type" has no counterpart at this provider',
    ])
    expect((await ask(titan, { input_type: 'search_document' }, strict)).status).toBe(400)
  })

  test('that is no such word is refused with those that are', async () => {
    const { status, body } = await ask(cohere, { input_type: 'document' })
    expect([status, body.error.param, body.error.message]).toEqual([
      400,
      'input_type',
      '"input_type" is "document": use "search_document", "search_query", "classification", "clustering"',
    ])
  })
})
