import { describe, expect, test } from 'bun:test'
import type { Plan } from '../mock/plan.ts'
import { EAST, type Fleet, startFleet, VLLM, WEST } from './fleet.ts'

/** Two targets in order; the breaker keeps out of it. */
async function startPair(env: Record<string, string> = {}): Promise<Fleet> {
  const fleet = await startFleet({ env: { BREAKER_FAILURES: '1000', ...env } })
  await fleet.redirect('pair', [EAST, WEST], { strategy: 'failover' })
  return fleet
}

const sse = 'text/event-stream'
const says = (error: object | string) => JSON.stringify({ error })

/** Who answers in the end, for each way in which the first target fails. */
async function expectServed(cases: Readonly<Record<string, Plan>>, expected: readonly unknown[]) {
  await using fleet = await startPair()
  for (const [name, plan] of Object.entries(cases)) {
    fleet.calls.length = 0
    fleet.plan('openai-east', plan)
    const { status, served } = await fleet.ask('pair')
    expect<unknown[]>([name, status, served, fleet.calls]).toEqual([name, ...expected])
  }
}
const MOVES_ON = [200, WEST, [EAST, WEST]]

describe('a prompt that is too long for one target', () => {
  const tooLong = (message: string, error: object = {}): Plan => ({
    status: 400,
    body: says({ message, type: 'invalid_request_error', ...error }),
  })
  const LONG =
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."

  test('is read by the next one, whatever words the first has for it', async () => {
    await expectServed(
      {
        'the code': tooLong('Please reduce the length', { code: 'context_length_exceeded' }),
        'a sentence of OpenAI': tooLong(LONG),
        'a sentence of Anthropic': tooLong('prompt is too long: 210000 tokens > 200000 maximum'),
        'another status': { ...tooLong(LONG), status: 413 },
      },
      MOVES_ON,
    )
  })

  test('is asked once only where there is no other target', async () => {
    await using fleet = await startPair({ RETRIES: '3' })
    fleet.plan('openai-east', tooLong(LONG))
    const { status, body } = await fleet.ask(EAST)
    expect([status, body, fleet.calls]).toMatchObject([400, { error: { message: LONG } }, [EAST]])
  })

  test('is the answer where no target can read it, in the last one’s own words', async () => {
    await using fleet = await startPair()
    fleet.plan('openai-east', tooLong(LONG))
    fleet.plan('openai-west', tooLong('prompt is too long', { code: 'context_length_exceeded' }))
    const { status, code, message, headers } = await fleet.ask('pair')
    expect([status, code, message]).toEqual([400, 'context_length_exceeded', 'prompt is too long'])
    expect([headers.get('x-should-retry'), fleet.calls]).toEqual(['false', [EAST, WEST]])
  })

  test('is the answer also where the others are in trouble: to make room helps, to try again may not', async () => {
    await using fleet = await startPair()
    for (const [first, second] of [
      [tooLong(LONG), { status: 500 }],
      [{ status: 429 }, tooLong(LONG)],
    ] as const) {
      fleet.plan('openai-east', first)
      fleet.plan('openai-west', second)
      const { status, message } = await fleet.ask('pair')
      expect([status, message]).toEqual([400, LONG])
    }
  })

  test('counts against no target', async () => {
    await using fleet = await startFleet({ env: { BREAKER_FAILURES: '1' } })
    await fleet.redirect('pair', [EAST, WEST], { strategy: 'failover' })
    fleet.plan('openai-east', tooLong(LONG))
    await fleet.ask('pair')
    await fleet.ask('pair')
    expect(fleet.calls).toEqual([EAST, WEST, EAST, WEST])
  })
})

describe('U-10: the table of statuses', () => {
  const ownFault = [400, 409, 413, 415, 422]
  const theirs = [401, 402, 403, 404, 405, 408, 410, 418, 429, 451, 500, 501, 502, 503, 504, 520, 529, 599]
  const redirects = [300, 301, 302, 307, 308]

  for (const status of ownFault) {
    test(`U-10 gives ${status} back at once, with the provider's words: it is the caller's mistake everywhere`, async () => {
      await using fleet = await startPair({ RETRIES: '2' })
      fleet.plan('openai-east', { status, body: says({ message: 'Your budget is odd', code: 'x' }) })
      const reply = await fleet.ask('pair')
      expect([reply.status, reply.body]).toEqual([
        status,
        { error: { message: 'Your budget is odd', code: 'x' } },
      ])
      expect(reply.headers.get('x-should-retry')).toBe('false')
      expect((await fleet.ask(EAST)).status).toBe(status)
      expect(fleet.calls).toEqual([EAST, EAST])
    })
  }

  test('U-10 moves on after every other failed status, whatever its body', async () => {
    const bodies = { error: undefined, html: '<html>Sorry</html>', empty: '', lie: '{"choices":[]}' }
    const cases = Object.fromEntries(
      [...theirs, ...redirects].flatMap(status =>
        Object.entries(bodies).map(([name, body]) => [
          `${status} ${name}`,
          { status, headers: { location: 'http://127.0.0.1:1/' }, ...(body !== undefined && { body }) },
        ]),
      ),
    )
    await expectServed(cases, MOVES_ON)
  })

  test('U-10 keeps what a provider says about the account of the operator to itself', async () => {
    await using fleet = await startPair()
    for (const status of [401, 402, 403, 429, 500]) {
      fleet.plan('openai-east', {
        status,
        body: says({ message: 'Key sk-secret of org-secret is out of money' }),
      })
      const { status: told, body } = await fleet.ask(EAST)
      expect([told, JSON.stringify(body).includes('secret')]).toEqual([status === 429 ? 429 : 502, false])
    }
  })
})

describe('U-11: failures in disguise', () => {
  test('U-11 moves on from a good status with an error in the body', async () => {
    const bodies = [
      says({ message: 'overloaded' }),
      says('overloaded'),
      says({ message: 'no', code: 'insufficient_quota' }),
      says({ message: 'no', code: 429 }),
      says({ message: 'no', code: '503' }),
      says({ message: 'no', status: 404 }),
    ]
    await expectServed(Object.fromEntries(bodies.map(body => [body, { body }])), MOVES_ON)
  })

  test('U-11 gives an error in disguise back at once where it says that the caller is wrong', async () => {
    await using fleet = await startPair()
    for (const body of [
      says({ message: 'too long', code: 400 }),
      says({ message: 'too long', status: 422 }),
    ]) {
      fleet.plan('openai-east', { body })
      const { status, message } = await fleet.ask('pair')
      expect([status, message]).toEqual([body.includes('400') ? 400 : 422, 'too long'])
    }
    expect(fleet.calls).toEqual([EAST, EAST])
  })

  test('U-11 moves on from a good status with no answer in the body', async () => {
    await expectServed(
      {
        html: { body: '<html>Bad gateway</html>', contentType: 'text/html' },
        empty: { body: '' },
        null: { body: 'null' },
        array: { body: '[]' },
        'half an object': { body: '{"choices":[' },
        'empty stream': { body: '', contentType: sse },
        'stream of an error': { body: `data: ${says('no')}\n\n`, contentType: sse },
      },
      MOVES_ON,
    )
  })

  test('an answer with "error": null is an answer', async () => {
    await using fleet = await startPair()
    fleet.plan('openai-east', { body: '{"id":"1","error":null,"choices":[]}' })
    expect(await fleet.ask('pair')).toMatchObject({ status: 200, body: { id: '1' }, served: EAST })
  })
})

describe('U-01 and U-03: the connection', () => {
  test('U-03 moves on when the connection breaks before the answer is whole', async () => {
    const cut = { body: '{"choices":[],"id":"never seen"}' }
    await expectServed(
      {
        'reset at once': { reset: true },
        'reset after the head': { ...cut, cutAfterBytes: 0 },
        'reset after a byte': { ...cut, cutAfterBytes: 1 },
        'goodbye in the middle': { ...cut, cutAfterBytes: 20, cutBy: 'fin' },
        'length that lies': { ...cut, headers: { 'content-length': '99' } },
        'reset in an error': { status: 500, body: says('broken'), cutAfterBytes: 4 },
      },
      MOVES_ON,
    )
  })

  test('U-13 moves on from an answer that cannot be unpacked', async () => {
    const headers = { 'content-encoding': 'gzip' }
    await expectServed({ 'not packed': { body: '{"choices":[]}', headers } }, MOVES_ON)
  })

  test('U-01 answers 502 with the class of the fault, and neither address nor stack', async () => {
    await using fleet = await startPair()
    const { port } = new URL(fleet.mocks['openai-east']!.url)
    fleet.mocks['openai-east']!.stop()
    const { status, code, body } = await fleet.ask(EAST)
    expect([status, code]).toEqual([502, 'upstream_unreachable'])
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`${port}|127\\.0|/v1|\\bat `))
  })
})

describe('U-20: all targets are down', () => {
  async function askAll(plans: readonly Plan[], env: Record<string, string> = {}) {
    await using fleet = await startFleet({ env })
    await fleet.redirect('all', [EAST, WEST, VLLM], { strategy: 'failover' })
    for (const [i, name] of ['openai-east', 'openai-west', 'vllm'].entries()) fleet.plan(name, plans[i])
    return { said: await fleet.ask('all'), calls: fleet.calls }
  }
  const limited = (after?: string): Plan => ({
    status: 429,
    ...(after && { headers: { 'retry-after': after } }),
  })

  test('U-20 answers one 503 that lists the reasons, after one call each', async () => {
    const { said, calls } = await askAll([{ status: 500 }, { reset: true }, limited('9')], { RETRIES: '5' })
    expect([said.status, said.code, said.headers.get('retry-after')]).toEqual([503, 'model_unavailable', '9'])
    for (const reason of [
      '"openai-east" failed (status 500)',
      '"openai-west" could not be reached',
      '"vllm" is lim',
    ])
      expect(said.message).toContain(reason)
    expect(calls).toEqual([EAST, WEST, VLLM])
  })

  test('U-09 answers 429 when all say 429, with the soonest Retry-After', async () => {
    const { said } = await askAll([limited('30'), limited('4'), limited()])
    expect([said.status, said.code, said.headers.get('retry-after')]).toEqual([
      429,
      'rate_limit_exceeded',
      '4',
    ])
  })

  test('U-09 takes the soonest Retry-After also among models of the same provider', async () => {
    await using fleet = await startFleet({ lists: { vllm: ['a', 'b', 'c'] } })
    await fleet.redirect('all', ['vllm/a', 'vllm/b', 'vllm/c'], { strategy: 'failover' })
    for (const [name, after] of [['a', '8'] as const, ['b', '3'] as const, ['c', '20'] as const])
      fleet.plan(`vllm/${name}`, limited(after))
    const { status, headers } = await fleet.ask('all')
    expect([status, headers.get('retry-after')]).toEqual([429, '3'])
  })

  test('U-20 answers what all agree on: 404, 502, 504', async () => {
    for (const [plan, status] of [[404, 404] as const, [401, 502] as const, [504, 504] as const])
      expect((await askAll([{ status: plan }, { status: plan }, { status: plan }])).said.status).toBe(status)
    expect((await askAll([{ status: 404 }, { status: 500 }, { status: 404 }])).said.status).toBe(503)
  })

  test('U-20 keeps the whole within HTTP_TIMEOUT, and calls nobody once it is over', async () => {
    const { said, calls } = await askAll([{ hang: true }, { hang: true }, { hang: true }], {
      HTTP_TIMEOUT: '300ms',
    })
    expect([said.status, said.code, calls]).toEqual([504, 'upstream_timeout', [EAST]])
    expect(said.ms).toBeWithin(295, 600)
  })

  test('U-20 waits for as long as it takes where HTTP_TIMEOUT and ATTEMPT_TIMEOUT are 0', async () => {
    await using fleet = await startPair({ HTTP_TIMEOUT: '0', ATTEMPT_TIMEOUT: '0' })
    fleet.plan('openai-east', { delayMs: 400 })
    const { status, served } = await fleet.ask('pair')
    expect([status, served, fleet.calls]).toEqual([200, EAST, [EAST]])
  })

  test('U-20 shares HTTP_TIMEOUT among all tries', async () => {
    const env = { HTTP_TIMEOUT: '450ms', ATTEMPT_TIMEOUT: '200ms' }
    const { said, calls } = await askAll([{ hang: true }, { delayMs: 50, status: 500 }, { hang: true }], env)
    expect([said.status, calls]).toEqual([503, [EAST, WEST, VLLM]])
    expect(said.ms).toBeWithin(445, 800)
  })
})
