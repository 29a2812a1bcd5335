import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { sql } from 'drizzle-orm'
import { usageRecords } from '../../plugins/usage/schema.ts'
import { MASTER, startGateway, type TestGateway, until } from '../kit.ts'
import { parseScrape } from '../metrics/scrape.ts'
import { type Book, createReader, type Row } from './book.ts'

/** What vendors report in ways of their own is booked the same, whichever language their callers speak. */

/** What the vendor answers next. */
let next: unknown
let upstream: ReturnType<typeof Bun.serve>
let gateway: TestGateway
let book: Book

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

/** The record that a call leaves, when the vendor answers so. */
async function recordOf(path: string, body: object | undefined, answer: unknown): Promise<Row> {
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
}

/** What a bill goes by. */
const billOf = (row: Row) => {
  const { input, cacheRead, cacheWrite, cacheWriteHour, audioInput, imageInput } = row
  const { output, reasoning, audioOutput, imageOutput, costNano, priceSource } = row
  const inputs = { input, cacheRead, cacheWrite, cacheWriteHour, audioInput, imageInput }
  return { ...inputs, output, reasoning, audioOutput, imageOutput, costNano, priceSource }
}

const messages = [{ role: 'user', content: 'Where does it go?' }]
const asMessages = (model: string, extra = {}) => ({ model, messages, max_tokens: 50, ...extra })
const sse = (events: readonly unknown[], end = 'data: [DONE]\n\n') =>
  events.map(event => `data: ${JSON.stringify(event)}\n\n`).join('') + end

const chunk = (delta: object, finish: string | null = null) => ({
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
})
const inChat = (usage: object) => ({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'On' }, finish_reason: 'stop' }],
  usage,
})
const inChatStream = (usage: object) =>
  sse([chunk({ role: 'assistant', content: 'On' }), chunk({}, 'stop'), { ...chunk({}), choices: [], usage }])
const inResponses = (usage: object) => ({
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
const inMessages = (usage: object) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'On' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage,
})
const inGemini = (usageMetadata: object) => ({
  candidates: [{ content: { role: 'model', parts: [{ text: 'On' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata,
})

describe('an answer costs the same whether it passes or is translated', () => {
  const reports = {
    'openai/gpt-4o': {
      usage: {
        prompt_tokens: 2000,
        completion_tokens: 500,
        total_tokens: 2500,
        prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 100 },
        completion_tokens_details: { reasoning_tokens: 300, audio_tokens: 50 },
      },
      is: { input: 876, cacheRead: 1024, audioInput: 100, output: 150, reasoning: 300, audioOutput: 50 },
    },
    'moonshot/kimi-k2-0905-preview': {
      usage: { prompt_tokens: 2000, completion_tokens: 500, total_tokens: 2500, cached_tokens: 1500 },
      is: { input: 500, cacheRead: 1500, output: 500 },
    },
    'perplexity/sonar': {
      usage: {
        prompt_tokens: 20,
        completion_tokens: 50,
        total_tokens: 70,
        cost: { request_cost: 0.006, total_cost: 0.00612 },
      },
      is: { input: 20, output: 50, costNano: 6_120_000, priceSource: 'reported' },
    },
  }
  for (const [model, { usage, is }] of Object.entries(reports))
    test(`chat of ${model}`, async () => {
      const passed = await recordOf('/v1/chat/completions', { model, messages }, inChat(usage))
      expect(passed).toMatchObject(is)
      const bill = billOf(passed)
      const stream = { stream: true }
      for (const [path, extra, answer] of [
        ['/v1/chat/completions', stream, inChatStream(usage)],
        ['/v1/messages', {}, inChat(usage)],
        ['/v1/messages', stream, inChatStream(usage)],
      ] as const)
        expect([path, billOf(await recordOf(path, asMessages(model, extra), answer))]).toEqual([path, bill])
    })

  test('Gemini, with sounds and images', async () => {
    const report = {
      promptTokenCount: 1000,
      cachedContentTokenCount: 200,
      candidatesTokenCount: 100,
      thoughtsTokenCount: 300,
      totalTokenCount: 1400,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 400 },
        { modality: 'AUDIO', tokenCount: 600 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 200 }],
      candidatesTokensDetails: [
        { modality: 'TEXT', tokenCount: 60 },
        { modality: 'IMAGE', tokenCount: 40 },
      ],
    }
    const body = { contents: [{ role: 'user', parts: [{ text: 'Where?' }] }] }
    const passed = await recordOf('/p/gemini/models/gemini-2.5-flash:generateContent', body, inGemini(report))
    expect(passed).toMatchObject({
      input: 400,
      cacheRead: 200,
      audioInput: 400,
      output: 60,
      imageOutput: 40,
      reasoning: 300,
    })
    const bill = billOf(passed)
    const model = 'gemini/gemini-2.5-flash'
    const whole = await recordOf('/v1/chat/completions', { model, messages }, inGemini(report))
    expect(billOf(whole)).toEqual(bill)
    const stream = sse([inGemini(report)], '')
    const streamed = await recordOf('/v1/messages', asMessages(model, { stream: true }), stream)
    expect(billOf(streamed)).toEqual(bill)
  })

  test('Bedrock, with a cache for an hour', async () => {
    const model = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
    const answer = {
      output: { message: { role: 'assistant', content: [{ text: 'On' }] } },
      metrics: { latencyMs: 1 },
      stopReason: 'end_turn',
      usage: {
        inputTokens: 10,
        outputTokens: 5,
        totalTokens: 315,
        cacheReadInputTokens: 100,
        cacheWriteInputTokens: 200,
        cacheDetails: [
          { ttl: '1h', inputTokens: 150 },
          { ttl: '5m', inputTokens: 50 },
        ],
      },
    }
    const passed = await recordOf(`/p/bedrock/model/${model}/converse`, { messages: [] }, answer)
    expect(passed).toMatchObject({
      input: 10,
      cacheRead: 100,
      cacheWrite: 50,
      cacheWriteHour: 150,
      output: 5,
    })
    const chat = await recordOf('/v1/chat/completions', { model: `bedrock/${model}`, messages }, answer)
    expect(billOf(chat)).toEqual(billOf(passed))
  })

  test("Google's and Amazon's tiers: flex at half the price, priority at the usual one, which says so", async () => {
    const counts = { promptTokenCount: 1000, candidatesTokenCount: 200, totalTokenCount: 1200 }
    const asGemini = (path: string, told: object) => {
      const body = path.startsWith('/p/') ? { contents: [] } : { model: 'gemini/gemini-2.5-flash', messages }
      return recordOf(path, body, inGemini({ ...counts, ...told }))
    }
    // 0.3 and 2.5 dollars for a million.
    const full = 1000 * 300 + 200 * 2500
    const [flex, list] = [
      { terms: 'flex', costNano: full / 2, priceSource: 'bundled' },
      { terms: 'priority', costNano: full, priceSource: 'list' },
    ]
    for (const path of ['/p/gemini/models/gemini-2.5-flash:generateContent', '/v1/chat/completions']) {
      expect(await asGemini(path, { serviceTier: 'flex' })).toMatchObject(flex)
      expect(await asGemini(path, { trafficType: 'ON_DEMAND_FLEX' })).toMatchObject(flex)
      expect(await asGemini(path, { serviceTier: 'priority' })).toMatchObject(list)
      expect(await asGemini(path, { trafficType: 'ON_DEMAND_PRIORITY' })).toMatchObject(list)
      for (const usual of [{ serviceTier: 'standard' }, { trafficType: 'ON_DEMAND' }, {}])
        expect(await asGemini(path, usual)).toMatchObject({ terms: null, costNano: full })
    }
    const model = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
    const usage = { inputTokens: 1000, outputTokens: 200, totalTokens: 1200 }
    const said = {
      output: { message: { role: 'assistant', content: [{ text: 'On' }] } },
      stopReason: 'end_turn',
    }
    const asBedrock = (path: string, type: string) => {
      const body = path.startsWith('/p/') ? { messages: [] } : { model: `bedrock/${model}`, messages }
      return recordOf(path, body, { ...said, metrics: { latencyMs: 1 }, usage, serviceTier: { type } })
    }
    // 3.3 and 16.5 in a region.
    const price = 1000 * 3300 + 200 * 16_500
    for (const path of [`/p/bedrock/model/${model}/converse`, '/v1/chat/completions']) {
      expect(await asBedrock(path, 'flex')).toMatchObject({ terms: 'flex', costNano: price / 2 })
      expect(await asBedrock(path, 'priority')).toMatchObject({ costNano: price, priceSource: 'list' })
      expect(await asBedrock(path, 'default')).toMatchObject({ terms: null, costNano: price })
    }
  })

  test('Cohere: what it bills, not what the model reads', async () => {
    const answer = {
      id: 'c',
      message: { role: 'assistant', content: [{ type: 'text', text: 'On' }] },
      finish_reason: 'COMPLETE',
      usage: {
        billed_units: { input_tokens: 12, output_tokens: 7 },
        tokens: { input_tokens: 507, output_tokens: 10 },
        cached_tokens: 448,
      },
    }
    const model = 'cohere/command-a-03-2025'
    const row = await recordOf('/v1/chat/completions', { model, messages }, answer)
    // 2.50 and 10 dollars for a million.
    expect(row).toMatchObject({ input: 12, cacheRead: 0, output: 7, costNano: 12 * 2500 + 7 * 10_000 })
  })

  test('what clients of another language are told, and the log, add up to what was counted', async () => {
    next = inChat(reports['openai/gpt-4o'].usage)
    const { body } = await gateway.json('/v1/messages', {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify(asMessages('openai/gpt-4o')),
    })
    const { input_tokens, cache_read_input_tokens, output_tokens } = body.usage
    expect(input_tokens + cache_read_input_tokens).toBe(2000)
    expect(output_tokens).toBe(500)
    const said = () =>
      gateway.logs.findLast(
        ({ served, endpoint }) => served === 'gpt-4o' && endpoint === 'anthropic-messages',
      )
    await until(() => said()?.input_tokens === 2000 && said()?.output_tokens === 500, 'the line of the log')
  })
})

describe('what a router says that it took is the cost, in all of its languages', () => {
  const model = 'openrouter/a/b'
  const cost = { cost: 0.001, is_byok: true, cost_details: { upstream_inference_cost: 0.02 } }
  const counts = { input_tokens: 100, output_tokens: 20 }
  const told = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 }
  const start = { ...inMessages({ input_tokens: 100, output_tokens: 1 }), content: [], stop_reason: null }
  const calls: Readonly<Record<string, readonly [path: string, body: object, answer: unknown]>> = {
    chat: ['/v1/chat/completions', { messages }, inChat({ ...told, ...cost })],
    responses: ['/v1/responses', { input: 'Where?' }, inResponses({ ...counts, total_tokens: 120, ...cost })],
    messages: ['/v1/messages', asMessages(model), inMessages({ ...counts, ...cost })],
    'messages, as a stream': [
      '/v1/messages',
      asMessages(model, { stream: true }),
      sse(
        [
          { type: 'message_start', message: start },
          { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
          { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'On' } },
          { type: 'content_block_stop', index: 0 },
          { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { ...counts, ...cost } },
          { type: 'message_stop' },
        ],
        '',
      ),
    ],
    'legacy completions': [
      '/v1/completions',
      { prompt: 'Where?' },
      {
        id: 'c',
        object: 'text_completion',
        created: 1,
        model: 'b',
        choices: [{ text: 'On', index: 0, finish_reason: 'stop', logprobs: null }],
        usage: { ...told, ...cost },
      },
    ],
    embeddings: [
      '/v1/embeddings',
      { input: 'Where?' },
      {
        object: 'list',
        data: [{ object: 'embedding', index: 0, embedding: [0.1] }],
        model: 'b',
        usage: { prompt_tokens: 100, total_tokens: 100, ...cost },
      },
    ],
  }
  for (const [name, [path, body, answer]] of Object.entries(calls))
    test(`${name}: with the operator's own key the vendor's bill comes on top`, async () => {
      const row = await recordOf(path, { ...body, model }, answer)
      expect(row).toMatchObject({ input: 100, costNano: 21_000_000, priceSource: 'reported' })
    })
})

describe('an answer of the flex tier costs what a batch costs', () => {
  const counts = { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 }
  const flex = { service_tier: 'flex' }
  const calls: Readonly<Record<string, readonly [path: string, body: object, answer: unknown]>> = {
    chat: ['/v1/chat/completions', { messages }, { ...inChat(counts), ...flex }],
    'chat, as a stream': [
      '/v1/chat/completions',
      { messages, stream: true },
      sse([
        { ...chunk({ role: 'assistant', content: 'On' }), ...flex },
        { ...chunk({}, 'stop'), ...flex },
        { ...chunk({}), choices: [], usage: counts, ...flex },
      ]),
    ],
    responses: [
      '/v1/responses',
      { input: 'Where?' },
      { ...inResponses({ input_tokens: 1000, output_tokens: 200, total_tokens: 1200 }), ...flex },
    ],
  }
  for (const [name, [path, body, answer]] of Object.entries(calls))
    test(name, async () => {
      const row = await recordOf(path, { ...body, model: 'openai/gpt-5' }, answer)
      // 1.25 and 10 dollars for a million.
      expect(row).toMatchObject({ batch: true, costNano: (1000 * 1250 + 200 * 10_000) / 2 })
    })

  test('for a client of another language too, by way of chat and of Responses, as a whole and as a stream', async () => {
    const usage = { input_tokens: 1000, output_tokens: 200, total_tokens: 1200 }
    const response = { ...inResponses(usage), ...flex }
    const answers: Readonly<Record<string, readonly [whole: unknown, stream: string]>> = {
      'openai/gpt-4o': [
        { ...inChat(counts), ...flex },
        sse([
          { ...chunk({ role: 'assistant', content: 'On' }), ...flex },
          { ...chunk({}, 'stop'), ...flex },
          { ...chunk({}), choices: [], usage: counts, ...flex },
        ]),
      ],
      'openai/gpt-5': [
        response,
        sse([
          { type: 'response.created', response: { ...response, status: 'in_progress', usage: null } },
          { type: 'response.completed', response },
        ]),
      ],
    }
    const inputs = { 'openai/gpt-4o': 2500, 'openai/gpt-5': 1250 } as Readonly<Record<string, number>>
    for (const [model, [whole, stream]] of Object.entries(answers)) {
      const told = { terms: 'flex', batch: true, costNano: (1000 * inputs[model]! + 200 * 10_000) / 2 }
      expect(await recordOf('/v1/messages', asMessages(model), whole)).toMatchObject(told)
      const streamed = await recordOf('/v1/messages', asMessages(model, { stream: true }), stream)
      expect(streamed).toMatchObject(told)
    }
  })

  test('and so it does when it is priced anew; others keep their price', async () => {
    const before = await book.rows()
    expect(await book.reprice(0, Date.now() + 1000)).toBe(0)
    expect(await book.rows()).toEqual(before)
    const { batch, costNano } = await recordOf(
      '/v1/chat/completions',
      { model: 'openai/gpt-5', messages },
      { ...inChat(counts), service_tier: 'default' },
    )
    expect([batch, costNano]).toEqual([false, 1000 * 1250 + 200 * 10_000])
  })
})

describe('what was served for more than the usual price', () => {
  const counts = { input_tokens: 1000, output_tokens: 200 }
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [{ type: 'text', text: 'On' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
  }
  const event = (type: string, fields: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
  const streamed = (more: object) =>
    [
      event('message_start', {
        message: { ...message, content: [], stop_reason: null, usage: { ...counts, ...more } },
      }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'On' } }),
      event('content_block_stop', { index: 0 }),
      event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 200 } }),
      event('message_stop', {}),
    ].join('')
  const claude = { model: 'anthropic/claude-sonnet-4-5', messages, max_tokens: 1000 }
  // 3 and 15 dollars for a million; of Opus 5 it is 5 and 25.
  const costNano = 1000 * 3000 + 200 * 15_000
  const opus = { ...claude, model: 'anthropic/claude-opus-5' }
  const opusNano = 1000 * 5000 + 200 * 25_000

  const cases = [
    { more: { service_tier: 'priority' }, body: claude, costNano, priceSource: 'list', terms: 'priority' },
    { more: { speed: 'fast' }, body: claude, costNano, priceSource: 'list', terms: 'fast' },
    { more: { inference_geo: 'mars' }, body: claude, costNano, priceSource: 'list', terms: 'region' },
    {
      more: { inference_geo: 'us' },
      body: claude,
      costNano: (costNano * 11) / 10,
      priceSource: 'bundled',
      terms: 'us',
    },
    { more: { speed: 'fast' }, body: opus, costNano: opusNano * 2, priceSource: 'bundled', terms: 'fast' },
    {
      more: { speed: 'fast', inference_geo: 'us' },
      body: opus,
      costNano: (opusNano * 22) / 10,
      priceSource: 'bundled',
      terms: 'fast us',
    },
  ]
  for (const { more, body, ...told } of cases)
    for (const path of ['/v1/messages', '/v1/chat/completions'])
      test(`${JSON.stringify(more)} of ${body.model} at ${path}: ${told.priceSource}, whole and as a stream`, async () => {
        const whole = await recordOf(path, body, { ...message, usage: { ...counts, ...more } })
        expect(whole).toMatchObject({ ...told, batch: false })
        const stream = await recordOf(path, { ...body, stream: true }, streamed(more))
        expect(stream).toMatchObject({ ...told, batch: false })
      })

  const priority = (model: string) =>
    recordOf(
      '/v1/chat/completions',
      { model, messages },
      {
        ...inChat({ prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 }),
        service_tier: 'priority',
      },
    )

  test('priority at OpenAI has the price that it says for the model, and else the usual one', async () => {
    const known = await priority('openai/gpt-5')
    expect(known).toMatchObject({ priceSource: 'bundled', costNano: 2 * (1000 * 1250 + 200 * 10_000) })
    const unknown = await priority('openai/gpt-4o')
    expect(unknown).toMatchObject({ priceSource: 'list', costNano: 1000 * 2500 + 200 * 10_000 })
  })

  test('costs the same when it is priced anew, also what an earlier version wrote', async () => {
    await book.db.run(sql`update ${usageRecords} set terms = null where price_source = 'list' or batch`)
    const before = await book.rows()
    expect(before.filter(({ priceSource }) => priceSource === 'list').length).toBeGreaterThan(0)
    expect(before.filter(({ batch, terms }) => batch && terms === null).length).toBeGreaterThan(0)
    expect(before.filter(({ terms }) => terms === 'us').length).toBeGreaterThan(0)
    expect(await book.reprice(0, Date.now() + 1000)).toBe(0)
    expect(await book.rows()).toEqual(before)
  })

  test('is nothing that names the usual terms', async () => {
    const usual = { service_tier: 'standard', speed: 'standard', inference_geo: 'global' }
    for (const more of [usual, { inference_geo: 'not_available' }]) {
      const row = await recordOf('/v1/messages', claude, { ...message, usage: { ...counts, ...more } })
      expect(row).toMatchObject({ costNano, priceSource: 'bundled', terms: null })
    }
  })
})

test('a client of Messages reads all counts of a chat provider at the end of the stream, as they are recorded', async () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
    completion_tokens_details: { reasoning_tokens: 5 },
  }
  next = sse([
    chunk({ role: 'assistant', content: 'On' }),
    chunk({}, 'stop'),
    { ...chunk({}), choices: [], usage },
  ])
  const client = new Anthropic({
    baseURL: 'http://localhost:8080',
    apiKey: MASTER,
    maxRetries: 0,
    fetch: (url, init) =>
      gateway.fetch(String(url).replace('http://localhost:8080', ''), init as RequestInit),
  })
  const body = { ...asMessages('openai/gpt-4o'), messages: [{ role: 'user' as const, content: 'Where?' }] }
  const stream = client.messages.stream(body)
  const told: object[] = []
  stream.on('streamEvent', event => event.type === 'message_delta' && told.push({ ...event.usage }))
  const message = await stream.finalMessage()
  const counts = {
    input_tokens: 30,
    cache_read_input_tokens: 60,
    cache_creation_input_tokens: 10,
    output_tokens: 20,
  }
  expect(told).toMatchObject([counts])
  expect(message.usage).toMatchObject(counts)
  await book.flush()
  const row = (await book.rows()).at(-1)
  expect(row).toMatchObject({ input: 30, cacheRead: 60, cacheWrite: 10, output: 15, reasoning: 5 })
})

describe('what is asked for has its own name', () => {
  test('counting tokens is no chat, uses none and costs nothing, whoever counts', async () => {
    const count = (model: string) =>
      recordOf('/v1/messages/count_tokens', { model, messages }, { input_tokens: 12 })
    for (const model of ['anthropic/claude-sonnet-4-5', 'openai/gpt-4o'])
      expect(await count(model)).toMatchObject({
        operation: 'anthropic-count-tokens',
        input: 0,
        output: 0,
        costNano: 0,
        billing: 'exact',
      })
    const others: Readonly<Record<string, object>> = {
      '/v1/responses/input_tokens': { model: 'openai/gpt-4o', input: 'On' },
      '/p/openai/responses/input_tokens': { model: 'gpt-4o', input: 'On' },
      '/p/gemini/models/gemini-2.5-flash:countTokens': { contents: [] },
    }
    for (const [path, body] of Object.entries(others))
      expect([path, await recordOf(path, body, { input_tokens: 5, totalTokens: 5 })]).toMatchObject([
        path,
        { input: 0, costNano: 0, billing: 'exact' },
      ])
  })

  test('whoever only looks asks no model; what nobody can read is not known', async () => {
    const look = await recordOf('/p/openai/vector_stores/vs_1', undefined, { id: 'vs_1' })
    expect(look).toMatchObject({ input: 0, output: 0, costNano: 0, billing: 'exact' })
    const made = await recordOf('/p/openai/vector_stores', { name: 'On' }, { id: 'vs_1' })
    expect(made).toMatchObject({ input: null, costNano: null, billing: null })
  })

  test('moderations and legacy completions are no chat', async () => {
    const checked = { id: 'm', model: 'omni', results: [] }
    const moderation = await recordOf('/v1/moderations', { input: 'On' }, checked)
    expect(moderation).toMatchObject({ operation: 'moderation', input: null, costNano: null })
    const text = { id: 'c', object: 'text_completion', created: 1, model: 'm', choices: [] }
    const completion = await recordOf(
      '/v1/completions',
      { model: 'openai/gpt-3.5-turbo-instruct', prompt: 'On' },
      text,
    )
    expect(completion).toMatchObject({ operation: 'text_completion' })
  })
})

test('/metrics and the records tell the same, to the token and to the nano-dollar', async () => {
  await book.flush()
  const rows = await book.rows()
  const sum = (value: (row: Row) => number | null) => rows.reduce((all, row) => all + (value(row) ?? 0), 0)
  const seen = await scrape()
  const kinds: Readonly<Record<string, (row: Row) => number | null>> = {
    input: row => row.input,
    cache_read: row => row.cacheRead,
    cache_write: row => row.cacheWrite,
    cache_write_1h: row => row.cacheWriteHour,
    audio_input: row => row.audioInput,
    output: row => row.output,
    reasoning: row => row.reasoning,
    audio_output: row => row.audioOutput,
    image_output: row => row.imageOutput,
  }
  for (const [kind, value] of Object.entries(kinds)) {
    expect(sum(value)).toBeGreaterThan(0)
    expect([kind, seen.sum('modelway_tokens_total', { kind })]).toEqual([kind, sum(value)])
  }
  expect(Math.round(seen.sum('modelway_cost_usd_total') * 1e9)).toBe(sum(row => row.costNano))
  expect(seen.sum('modelway_requests_total')).toBe(rows.length)
})
