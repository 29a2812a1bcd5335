import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { toDollars } from '../../plugins/answer-cost/write.ts'
import { type House, messages, openHouse } from '../kernel/house.ts'
import { MASTER, until } from '../kit.ts'

/** What callers are told of the cost of an answer. */

const MODEL_PRICES = JSON.stringify({ 'openai/one': { input: 2, output: 10, from: '2020-01-01' } })
const plan = { usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } }
/** (7 × 2 + 3 × 10) / 1,000,000. */
const COST = '0.000044'
const asked = { stream: true, stream_options: { include_usage: true } }

let silent: House
let telling: House
beforeAll(async () => {
  silent = await openHouse({ env: { MODEL_PRICES } })
  telling = await openHouse({
    env: {
      MODEL_PRICES,
      COST_HEADER: 'true',
      COST_IN_STREAMS: 'true',
      OPENAI_MODELS: 'one,two,gpt-5,gpt-4o',
    },
  })
})
afterAll(() => Promise.all([silent, telling].map(house => house[Symbol.asyncDispose]())))

const costOf = ({ headers }: Response) => headers.get('x-modelway-cost-usd')
/** The payloads of a stream that report usage. */
const usages = (text: string) => [...text.matchAll(/^data: (\{.*"usage":\s*\{.*)$/gm)].map(match => match[1]!)
const post = (path: string, body: object) =>
  fetch(telling.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${MASTER}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

describe('COST_HEADER', () => {
  test('tells what a whole answer cost, the same as its record, and leaves its bytes alone', async () => {
    const response = await telling.ask(plan)
    expect([response.status, costOf(response)]).toEqual([200, COST])
    expect(await response.text()).not.toContain('"cost"')
    const record = async () =>
      (await telling.test.admin('GET', '/admin/usage/log')).body.data.find(
        ({ request_id, id }: { request_id?: string; id: string }) =>
          [request_id, id].includes(response.headers.get('x-request-id')!),
      )
    await until(async () => (await record()) !== undefined, 'the record')
    expect(toDollars((await record()).cost_nano)).toBe(COST)
  })

  test('tells it in every language', async () => {
    telling.mock.setPlan(() => plan)
    const response = await post('/v1/messages', { model: 'one', max_tokens: 9, messages })
    expect([response.status, costOf(response)]).toEqual([200, COST])
    telling.mock.reset()
  })

  test('tells nothing where price or usage is not known, of a stream, of a refusal, and by default', async () => {
    for (const response of [
      await telling.ask(plan, { model: 'two' }),
      await telling.ask({ usage: false }),
      await telling.ask(plan, asked),
      await telling.ask({ status: 400 }),
      await silent.ask(plan),
    ])
      expect(costOf(response)).toBeNull()
  })
})

/** An answer of one tier, as a whole and as the last event of a stream. */
const ofTier = (service_tier: string) => {
  const answer = { id: 'x', service_tier, usage: plan.usage }
  const choice = { index: 0, finish_reason: 'stop' }
  const said = [{ ...choice, message: { role: 'assistant', content: 'On' } }]
  const chunk = { ...answer, usage: null, choices: [{ ...choice, delta: { content: 'On' } }] }
  return {
    whole: { body: JSON.stringify({ ...answer, choices: said }) },
    stream: { events: [JSON.stringify(chunk), JSON.stringify({ ...answer, choices: [] })] },
  }
}

describe('an answer of another tier', () => {
  test('costs half where it was flex, as in its record', async () => {
    const { whole, stream } = ofTier('flex')
    expect(costOf(await telling.ask(whole))).toBe('0.000022')
    const text = await (await telling.ask(stream, asked)).text()
    expect(usages(text).map(data => JSON.parse(data).usage.cost)).toEqual([0.000022])
  })

  test('is told without a cost where only the usual price is known, and it was not the usual one', async () => {
    const { whole, stream } = ofTier('priority')
    expect(costOf(await telling.ask(whole, { model: 'gpt-4o' }))).toBeNull()
    const text = await (await telling.ask(stream, { ...asked, model: 'gpt-4o' })).text()
    expect(usages(text).map(data => JSON.parse(data).usage)).toEqual([plan.usage])
    const usual = ofTier('default')
    expect(costOf(await telling.ask(usual.whole, { model: 'gpt-4o' }))).not.toBeNull()
    // Of this one the vendor says what it asks: 2 × (7 × 1.25 + 3 × 10) / 1,000,000.
    expect(costOf(await telling.ask(whole, { model: 'gpt-5' }))).toBe('0.0000775')
    // What the operator says is the price.
    expect(costOf(await telling.ask(whole))).toBe(COST)
  })
})

describe('COST_IN_STREAMS', () => {
  test('puts the cost into the usage that a stream reports, and changes no other byte', async () => {
    const [plain, told] = await Promise.all(
      [silent, telling].map(async house => (await house.ask(plan, asked)).text()),
    )
    const fixed = (text: string) => text.replaceAll(/chatcmpl-[\w-]+|"created":\d+/g, '')
    expect(usages(told!).map(data => JSON.parse(data).usage)).toEqual([{ ...plan.usage, cost: 0.000044 }])
    expect(told).toContain(`,"cost":${COST}}`)
    expect(fixed(told!.replace(`,"cost":${COST}`, ''))).toBe(fixed(plain!))
  })

  test('tells it in the languages of Messages and of Responses, once in the last report', async () => {
    telling.mock.setPlan(() => plan)
    const said = await (
      await post('/v1/messages', { model: 'one', max_tokens: 9, messages, stream: true })
    ).text()
    expect(JSON.parse(usages(said).at(-1)!).usage.cost).toBe(0.000044)
    telling.mock.reset()
    const other = await (await post('/v1/responses', { model: 'one', input: 'Hi', stream: true })).text()
    const reports = usages(other).map(data => JSON.parse(data).response.usage)
    const { input_tokens, output_tokens } = reports[0]
    expect(reports).toMatchObject([{ cost: (input_tokens * 2 + output_tokens * 10) / 1_000_000 }])
    expect(output_tokens).toBeGreaterThan(0)
  })

  test('leaves alone what the provider says it cost, and what has no price', async () => {
    const reported = await (await telling.ask({ usage: { ...plan.usage, cost: 0.5 } }, asked)).text()
    expect(usages(reported).map(data => JSON.parse(data).usage)).toEqual([{ ...plan.usage, cost: 0.5 }])
    const unpriced = await (await telling.ask(plan, { ...asked, model: 'two' })).text()
    expect(usages(unpriced).map(data => JSON.parse(data).usage)).toEqual([plan.usage])
  })

  test('says nothing to a client that did not ask for usage', async () => {
    expect(await (await telling.ask(plan, { stream: true })).text()).not.toContain('cost')
  })
})

test('toDollars() writes nano-dollars as a decimal number, without an exponent and without idle zeros', () => {
  for (const [nano, text] of [
    [0, '0'],
    [1, '0.000000001'],
    [44_000, '0.000044'],
    [1_000_000_000, '1'],
    [10_500_000_000, '10.5'],
    [9_007_199_254_740_991, '9007199.254740991'],
  ] as const)
    expect(toDollars(nano)).toBe(text)
})
