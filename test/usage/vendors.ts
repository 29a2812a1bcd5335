import { afterAll, beforeAll, expect } from 'bun:test'
import { MASTER, startGateway, type TestGateway } from '../kit.ts'
import { parseScrape } from '../metrics/scrape.ts'
import { type Book, createReader, type Row } from './book.ts'

/** Vendors that answer what a test says, and what is written down of it. */

const models = {
  OPENAI: 'gpt-4o,gpt-5,omni-moderation-latest,gpt-3.5-turbo-instruct',
  ANTHROPIC: 'claude-sonnet-4-5,claude-opus-5',
  GEMINI: 'gemini-2.5-flash',
  MOONSHOT: 'kimi-k2-0905-preview',
  PERPLEXITY: 'sonar',
  OPENROUTER: 'a/b',
  COHERE: 'command-a-03-2025',
  BEDROCK: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
}

/** A gateway before all of them, for the tests of a file. */
export function openVendors() {
  /** What the vendor answers next. */
  let next: unknown
  let upstream: ReturnType<typeof Bun.serve>
  let gateway: TestGateway
  let book: Book

  beforeAll(async () => {
    upstream = Bun.serve({
      port: 0,
      async fetch(request) {
        const isList = request.method === 'GET' && !request.url.includes('/vector_stores')
        if (isList) return new Response('no list', { status: 404 })
        await request.text()
        return typeof next === 'string'
          ? new Response(next, { headers: { 'content-type': 'text/event-stream' } })
          : Response.json(next)
      },
    })
    const { plugin, book: read } = createReader()
    book = read
    const settings = Object.entries(models).flatMap(([name, list]) => [
      [`${name}_API_KEY`, 'sk-upstream-0123456789'],
      [`${name}_BASE_URL`, `http://127.0.0.1:${upstream.port}`],
      [`${name}_MODELS`, list],
    ])
    gateway = await startGateway({
      env: { ...Object.fromEntries(settings), BEDROCK_REGION: 'us-east-1', RETRIES: '0' },
      extra: [plugin],
    })
    // Costs are counted from the first scrape on.
    await scrape()
  })
  afterAll(async () => {
    await gateway.close()
    await upstream.stop(true)
  })

  const scrape = async () =>
    parseScrape(
      await (await gateway.fetch('/metrics', { headers: { authorization: `Bearer ${MASTER}` } })).text(),
    )

  return {
    gateway: () => gateway,
    book: () => book,
    scrape,
    willAnswer(answer: unknown) {
      next = answer
    },
    /** The record that a call leaves, when the vendor answers so. */
    async recordOf(path: string, body: object | undefined, answer: unknown): Promise<Row> {
      next = answer
      await book.flush()
      const before = (await book.rows()).length
      const response = await gateway.fetch(path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      expect([response.status, text.slice(0, 200)]).toEqual([200, text.slice(0, 200)])
      expect(await book.flush()).toBe(true)
      const rows = (await book.rows()).slice(before)
      expect(rows.length).toBe(1)
      return rows[0]!
    },
  }
}

export const messages = [{ role: 'user', content: 'Where does it go?' }]
export const asMessages = (model: string, extra = {}) => ({ model, messages, max_tokens: 50, ...extra })
export const sse = (events: readonly unknown[], end = 'data: [DONE]\n\n') =>
  events.map(event => `data: ${JSON.stringify(event)}\n\n`).join('') + end

export const chunk = (delta: object, finish: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
})
export const inChat = (usage: object) => ({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'On' }, finish_reason: 'stop' }],
  usage,
})
export const inChatStream = (usage: object) =>
  sse([chunk({ role: 'assistant', content: 'On' }), chunk({}, 'stop'), { ...chunk({}), choices: [], usage }])
export const inResponses = (usage: object) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'm',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'On', annotations: [] }],
    },
  ],
  usage,
})
export const inMessages = (usage: object) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'On' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage,
})
export const inGemini = (usageMetadata: object) => ({
  candidates: [{ content: { role: 'model', parts: [{ text: 'On' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata,
})
