import { describe, expect, test } from 'bun:test'
import { definePlugin } from '../../src/contract/plugin.ts'
import type { Attempt } from '../../src/types.ts'
import { until } from '../kit.ts'
import { readUntilBroken } from '../mock/client.ts'
import type { Plan } from '../mock/plan.ts'
import { askTimes, EAST, type Fleet, startFleet, tally, VLLM, WEST } from './fleet.ts'

const inOrder = { strategy: 'failover' }
const chunk = { choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: null }] }

async function startChain(options: Parameters<typeof startFleet>[0] = {}): Promise<Fleet> {
  const fleet = await startFleet(options)
  await fleet.redirect('chain', [EAST, WEST, VLLM], inOrder)
  return fleet
}

describe('R8', () => {
  test('R8 tries each target once, in declared order, until one answers', async () => {
    await using fleet = await startChain()
    fleet.plan('openai-east', { status: 500 })
    fleet.plan('openai-west', { reset: true })
    const { status, served, headers } = await fleet.ask('chain')
    expect([status, served, headers.get('x-modelway-attempts')]).toEqual([200, VLLM, '3'])
    expect(fleet.calls).toEqual([EAST, WEST, VLLM])
  })

  test('R8 has the rest follow in declared order whichever target the strategy puts first', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('turns', [EAST, WEST, VLLM])
    for (const name of ['openai-east', 'openai-west', 'vllm']) fleet.plan(name, { status: 500 })
    await askTimes(fleet, 3, 'turns')
    expect(fleet.calls).toEqual([EAST, WEST, VLLM, WEST, EAST, VLLM, VLLM, EAST, WEST])
  })

  test('R8 asks each target at most once, however many redirects lead to it', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('left', [EAST, WEST], inOrder)
    await fleet.redirect('right', [WEST, EAST], inOrder)
    await fleet.redirect('top', ['left', 'right', EAST], inOrder)
    fleet.plan('openai-east', { status: 500 })
    fleet.plan('openai-west', { status: 500 })
    await fleet.ask('top')
    expect(fleet.calls).toEqual([EAST, WEST])
  })

  test('R8 failover: false gives back what the one target said, and retries as if it were the only one', async () => {
    await using fleet = await startFleet({ env: { RETRIES: '1' } })
    await fleet.redirect('single', [EAST, WEST], { ...inOrder, failover: false })
    fleet.plan('openai-east', { status: 500 })
    expect((await fleet.ask('single')).status).toBe(502)
    expect(fleet.calls).toEqual([EAST, EAST])
  })

  test('R14 hides the death of the first target from every client before the first byte', async () => {
    await using fleet = await startFleet()
    await fleet.redirect('chain', [EAST, WEST], inOrder)
    fleet.mocks['openai-east']!.stop()
    const asked = Array.from({ length: 200 }, (_, i) => fleet.open('chain', { stream: i % 2 === 0 }))
    const said = await Promise.all(
      asked.map(
        async answer => `${(await answer).status} ${/\[DONE\]|"stop"/.test(await (await answer).text())}`,
      ),
    )
    expect(tally(said)).toEqual({ '200 true': 200 })
    expect(tally(fleet.calls)).toEqual({ [WEST]: 200 })
  })
})

describe('R8 and streams', () => {
  const open = async (fleet: Fleet, extra: object = {}) => {
    const response = await fleet.open('chain', { stream: true, ...extra })
    return { response, text: await response.text(), provider: response.headers.get('x-modelway-provider') }
  }

  test('R8 moves on from a stream that begins with an error, also after comments', async () => {
    const error = JSON.stringify({ error: { message: 'overloaded', type: 'overloaded_error' } })
    const openings = [
      `data: ${error}\n\n`,
      `event: error\ndata: ${error}\n\n`,
      `: ping\n\n: ping\n\ndata: ${error}\n\n`,
      `data: ${error}\n\ndata: [DONE]\n\n`,
    ]
    await using fleet = await startChain({ env: { BREAKER_FAILURES: '100' } })
    for (const opening of openings) {
      for (const splitAt of [undefined, 3]) {
        const plan = { chunks: [opening], contentType: 'text/event-stream' }
        fleet.plan('openai-east', splitAt === undefined ? plan : { ...plan, splitAt })
        const { provider, text } = await open(fleet)
        expect([opening, provider]).toEqual([opening, 'openai-west'])
        expect(text).not.toContain('overloaded')
        expect(text.match(/\[DONE\]/g)?.length).toBe(1)
      }
    }
  })

  test('R8 moves on from a stream that ends or breaks before its first event', async () => {
    const stream = { contentType: 'text/event-stream' }
    const plans: Record<string, Plan> = {
      empty: { ...stream, chunks: [] },
      'empty body': { ...stream, body: '' },
      'comments only': { ...stream, chunks: [': hello\n\n', ': still here\n\n'] },
      'half an event': { ...stream, chunks: ['data: {"cho'] },
      'reset in the first event': { events: [chunk], cutAfterBytes: 12 },
      'goodbye in the first event': { events: [chunk], cutAfterBytes: 12, cutBy: 'fin' },
    }
    await using fleet = await startChain({ env: { BREAKER_FAILURES: '100' } })
    const served = []
    for (const [name, plan] of Object.entries(plans)) {
      fleet.plan('openai-east', plan)
      const { provider, text } = await open(fleet)
      served.push([name, provider, text.includes('[DONE]')])
    }
    expect(served).toEqual(Object.keys(plans).map(name => [name, 'openai-west', true]))
  })

  test('U-02 moves on from a stream that goes silent before its first event when ATTEMPT_TIMEOUT is over', async () => {
    await using fleet = await startChain({ env: { ATTEMPT_TIMEOUT: '150ms' } })
    fleet.plan('openai-east', {
      chunks: [': hi\n\n', '\n'],
      contentType: 'text/event-stream',
      silenceMs: 60_000,
    })
    fleet.plan('openai-west', { hang: true })
    const began = performance.now()
    expect((await open(fleet)).provider).toBe('vllm')
    expect(performance.now() - began).toBeWithin(290, 2000)
    expect(fleet.calls).toEqual([EAST, WEST, VLLM])
    const { ledger } = fleet.mocks['openai-west']!
    await until(() => ledger.entries[0]?.ending === 'client_closed', 'the try to be given up upstream')
  })

  test('ATTEMPT_TIMEOUT does not cut an answer that has begun, nor the last target', async () => {
    await using fleet = await startChain({ env: { ATTEMPT_TIMEOUT: '600ms' } })
    fleet.plan('openai-east', { tokens: 6, gapMs: 200 })
    const { provider, text } = await open(fleet)
    expect([provider, text.includes('[DONE]')]).toEqual(['openai-east', true])
    for (const name of ['openai-east', 'openai-west', 'vllm']) fleet.plan(name, { delayMs: 1000 })
    expect((await fleet.ask('chain')).served).toBe(VLLM)
  })

  test('U-03 tries nothing else once the first byte is out: the client hears of the break in the stream', async () => {
    await using fleet = await startChain()
    const breaks: Record<string, Plan> = {
      reset: { tokens: 9, cutAfterBytes: 700 },
      goodbye: { tokens: 9, cutAfterBytes: 700, cutBy: 'fin' },
      'early end': { events: [chunk], noDone: true },
    }
    for (const [name, plan] of Object.entries(breaks)) {
      fleet.plan('openai-east', plan)
      fleet.calls.length = 0
      const { text, error } = await readUntilBroken(await fleet.open('chain', { stream: true }))
      expect([name, error, fleet.calls]).toEqual([name, undefined, [EAST]])
      expect(text).toContain('"delta"')
      expect(text.trimEnd().split('\n\n').at(-1)).toContain('"code":"upstream_cut"')
    }
  })

  test('U-12 passes an error in the middle of a stream on, and tries nothing else', async () => {
    await using fleet = await startChain()
    fleet.plan('openai-east', { tokens: 5, errorEvent: { after: 2 } })
    const { text } = await open(fleet)
    expect(text.match(/"error"/g)?.length).toBe(1)
    expect(text).toContain('The engine is overloaded')
    expect(fleet.calls).toEqual([EAST])
  })
})

describe('R8 and clients that leave', () => {
  test('R8 stops when the client hangs up: no other target is tried, and the try under way ends', async () => {
    await using fleet = await startChain()
    fleet.plan('openai-east', { hang: true })
    const client = new AbortController()
    const body = JSON.stringify({ model: 'chain', messages: [], stream: true })
    const answer = fleet.open('chain', {}, { body, signal: client.signal }).catch(String)
    await until(() => fleet.calls.length === 1, 'the first target to be asked')
    client.abort()
    const { ledger } = fleet.mocks['openai-east']!
    await until(() => ledger.entries[0]?.ending === 'client_closed', 'the hang-up to arrive upstream')
    await answer
    await Bun.sleep(50)
    expect(fleet.calls).toEqual([EAST])
    const line = () => fleet.test.logs.find(({ message }) => message === 'Request')
    await until(() => line() !== undefined, 'the log line')
    expect(line()).toMatchObject({ status: 499, attempts: 1, error: 'client_closed' })
  })

  test('R8 stops in the pause before a retry too', async () => {
    await using fleet = await startFleet({ env: { RETRIES: '5' } })
    fleet.plan('openai-east', { status: 500, headers: { 'retry-after-ms': '300' } })
    const client = new AbortController()
    const answer = fleet.open(EAST, {}, { signal: client.signal }).catch(String)
    await until(() => fleet.calls.length === 1, 'the first try')
    await Bun.sleep(50)
    client.abort()
    await answer
    await Bun.sleep(350)
    expect(fleet.calls).toEqual([EAST])
  })
})

describe('the record of a request', () => {
  test('holds every try in order with what became of it, and the log counts them', async () => {
    const records: (readonly Attempt[])[] = []
    const extra = [
      definePlugin({
        name: 'recorder',
        about: 'Keeps what settled.',
        setup: () => ({ settle: ({ attempts }) => void records.push(attempts ?? []) }),
      }),
    ]
    await using fleet = await startChain({ extra })
    fleet.plan('openai-east', { status: 429, headers: { 'retry-after': '7' } })
    fleet.plan('openai-west', { status: 503, delayMs: 30 })
    await fleet.ask('chain')
    expect(records.at(-1)).toMatchObject([
      {
        target: { provider: 'openai-east' },
        ok: false,
        status: 429,
        code: 'rate_limit_exceeded',
        retryAfter: 7,
      },
      { target: { provider: 'openai-west' }, ok: false, code: 'upstream_error' },
      { target: { provider: 'vllm', via: [{ source: 'chain', index: 2 }] }, ok: true, status: 200 },
    ])
    expect(records.at(-1)![1]!.ms).toBeWithin(25, 300)
    const line = () => fleet.test.logs.findLast(({ message }) => message === 'Request')
    await until(() => line() !== undefined, 'the log line')
    expect(line()).toMatchObject({ model: 'chain', provider: 'vllm', served: 'm', attempts: 3, status: 200 })
  })
})
