import { describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { MASTER, until } from '../kit.ts'
import type { Row } from './book.ts'
import {
  asMessages,
  chunk,
  inChat,
  inChatStream,
  inGemini,
  inMessages,
  inResponses,
  messages,
  openVendors,
  sse,
} from './vendors.ts'

/** What vendors report in ways of their own is booked the same, whichever language their callers speak. */

const vendors = openVendors()
const { recordOf, scrape } = vendors

/** What a bill goes by. */
const billOf = (row: Row) => {
  const { input, cacheRead, cacheWrite, cacheWriteHour, audioInput, imageInput } = row
  const { output, reasoning, audioOutput, imageOutput, costNano, priceSource } = row
  const inputs = { input, cacheRead, cacheWrite, cacheWriteHour, audioInput, imageInput }
  return { ...inputs, output, reasoning, audioOutput, imageOutput, costNano, priceSource }
}

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
    vendors.willAnswer(inChat(reports['openai/gpt-4o'].usage))
    const { body } = await vendors.gateway().json('/v1/messages', {
      method: 'POST',
      headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
      body: JSON.stringify(asMessages('openai/gpt-4o')),
    })
    const { input_tokens, cache_read_input_tokens, output_tokens } = body.usage
    expect(input_tokens + cache_read_input_tokens).toBe(2000)
    expect(output_tokens).toBe(500)
    const said = () =>
      vendors
        .gateway()
        .logs.findLast(({ served, endpoint }) => served === 'gpt-4o' && endpoint === 'anthropic-messages')
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

test('a client of Messages reads all counts of a chat provider at the end of the stream, as they are recorded', async () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
    completion_tokens_details: { reasoning_tokens: 5 },
  }
  vendors.willAnswer(
    sse([
      chunk({ role: 'assistant', content: 'On' }),
      chunk({}, 'stop'),
      { ...chunk({}), choices: [], usage },
    ]),
  )
  const client = new Anthropic({
    baseURL: 'http://localhost:8080',
    apiKey: MASTER,
    maxRetries: 0,
    fetch: (url, init) =>
      vendors.gateway().fetch(String(url).replace('http://localhost:8080', ''), init as RequestInit),
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
  await vendors.book().flush()
  const row = (await vendors.book().rows()).at(-1)
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
  await vendors.book().flush()
  const rows = await vendors.book().rows()
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
