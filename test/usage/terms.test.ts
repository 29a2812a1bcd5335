import { describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { usageRecords } from '../../plugins/usage/schema.ts'
import { asMessages, chunk, inChat, inResponses, messages, openVendors, sse } from './vendors.ts'

/** What was served on other terms than the usual ones has its own price, and keeps it. */

const vendors = openVendors()
const { recordOf } = vendors

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
    const before = await vendors.book().rows()
    expect(await vendors.book().reprice(0, Date.now() + 1000)).toBe(0)
    expect(await vendors.book().rows()).toEqual(before)
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
    await vendors
      .book()
      .db.run(sql`update ${usageRecords} set terms = null where price_source = 'list' or batch`)
    const before = await vendors.book().rows()
    expect(before.filter(({ priceSource }) => priceSource === 'list').length).toBeGreaterThan(0)
    expect(before.filter(({ batch, terms }) => batch && terms === null).length).toBeGreaterThan(0)
    expect(before.filter(({ terms }) => terms === 'us').length).toBeGreaterThan(0)
    expect(await vendors.book().reprice(0, Date.now() + 1000)).toBe(0)
    expect(await vendors.book().rows()).toEqual(before)
  })

  test('is nothing that names the usual terms', async () => {
    const usual = { service_tier: 'standard', speed: 'standard', inference_geo: 'global' }
    for (const more of [usual, { inference_geo: 'not_available' }]) {
      const row = await recordOf('/v1/messages', claude, { ...message, usage: { ...counts, ...more } })
      expect(row).toMatchObject({ costNano, priceSource: 'bundled', terms: null })
    }
  })
})
