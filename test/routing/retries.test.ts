import { describe, expect, test } from 'bun:test'
import { Refusal } from '../../src/errors.ts'
import { pauseBefore, readRetryAfter } from '../../src/upstream/failures.ts'
import type { Plan } from '../mock/plan.ts'
import { createClock, EAST, type Fleet, startFleet, WEST } from './fleet.ts'

const startOne = (env: Record<string, string> = {}, now = Date.now) =>
  startFleet({ env: { RETRIES: '2', BREAKER_FAILURES: '1000', ...env }, now })

/** Fails so often, then answers. */
function failFirst(fleet: Fleet, times: number, plan: Plan): void {
  let count = 0
  fleet.calls.length = 0
  fleet.plan('openai-east', () => (count++ < times ? plan : undefined))
}

const after = (headers: Record<string, string>): Plan => ({ status: 429, headers })

describe('the only target', () => {
  test('is tried again after a pause that doubles, until it answers', async () => {
    await using fleet = await startOne()
    failFirst(fleet, 2, { status: 500 })
    const { status, headers, ms } = await fleet.ask(EAST)
    expect([status, headers.get('x-modelway-attempts'), fleet.calls.length]).toEqual([200, '3', 3])
    // 125 to 250 ms, then 250 to 500 ms.
    expect(ms).toBeWithin(375, 1200)
  })

  test('is tried again as often as RETRIES says, and not once more', async () => {
    for (const [retries, calls] of [['0', 1] as const, ['1', 2] as const]) {
      await using fleet = await startOne({ RETRIES: retries })
      failFirst(fleet, 99, { status: 503 })
      const { status, message } = await fleet.ask(EAST)
      expect([status, fleet.calls.length]).toEqual([502, calls])
      expect(message).toBe('Provider "openai-east" failed (status 503)')
    }
  })

  test('is the only one too when a redirect leads to it, or when nothing else is left of a redirect', async () => {
    await using fleet = await startOne({ RETRIES: '1' })
    await fleet.redirect('alias', [EAST])
    await fleet.redirect('rest', ['openai-west/none', EAST])
    for (const name of ['alias', 'rest']) {
      failFirst(fleet, 1, after({ 'retry-after': '0' }))
      expect([name, (await fleet.ask(name)).status, fleet.calls.length]).toEqual([name, 200, 2])
    }
  })

  test('is tried again after a broken connection, a rate limit, or an answer that is none, before the first byte', async () => {
    const quick = { 'retry-after': '0' }
    await using fleet = await startOne({ RETRIES: '1' })
    const plans: Record<string, Plan> = {
      reset: { reset: true },
      'rate limit': after(quick),
      'server error': { status: 529, headers: quick },
      html: { body: '<html>' },
      'empty stream': { body: '', contentType: 'text/event-stream' },
    }
    const failing: Plan = { errorEvent: { data: { error: { message: 'Out of memory', code: 503 } } } }
    const answered = Object.entries(plans).map(async ([name, plan]) => {
      await using fleet = await startOne({ RETRIES: '1' })
      failFirst(fleet, 1, plan)
      return [name, (await fleet.ask(EAST)).status, fleet.calls.length]
    })
    expect(await Promise.all(answered)).toEqual(Object.keys(plans).map(name => [name, 200, 2]))
    // A failure right behind the event that only says that an answer begins is still in time …
    failFirst(fleet, 1, failing)
    const held = await (await fleet.open(EAST, { stream: true })).text()
    expect([held.includes('Out of memory'), held.endsWith('data: [DONE]\n\n')]).toEqual([false, true])
    expect(fleet.calls.length).toBe(2)
    // … and one behind the first words is not.
    failFirst(fleet, 1, { errorEvent: { ...failing.errorEvent, after: 1 } })
    const stream = await fleet.open(EAST, { stream: true })
    expect(await stream.text()).toContain('Out of memory')
    expect(fleet.calls.length).toBe(1)
  })

  test('is not tried again where that cannot help: no access, no such model, a timeout, a mistake of the caller', async () => {
    await using fleet = await startOne()
    for (const status of [400, 401, 402, 403, 404, 408, 409, 413, 422, 504]) {
      failFirst(fleet, 1, { status, headers: { 'retry-after': '0' } })
      const said = await fleet.ask(EAST)
      expect([status, said.status >= 400, fleet.calls.length]).toEqual([status, true, 1])
    }
  })

  test('several targets are tried once each, not again', async () => {
    await using fleet = await startOne({ RETRIES: '5' })
    await fleet.redirect('pair', [EAST, WEST], { strategy: 'failover' })
    for (const name of ['openai-east', 'openai-west']) fleet.plan(name, after({ 'retry-after': '0' }))
    await fleet.ask('pair')
    expect(fleet.calls).toEqual([EAST, WEST])
  })
})

describe('U-09: Retry-After', () => {
  test('U-09 waits for as long as the provider asks, in seconds, milliseconds or until a date', async () => {
    const lists = { 'openai-east': Array.from({ length: 9 }, (_, i) => `m${i}`) }
    await using fleet = await startFleet({ lists, env: { RETRIES: '1' } })
    const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toUTCString()
    const waits: readonly (readonly [headers: Record<string, string>, least: number, most: number])[] = [
      [{ 'retry-after': inSeconds(2) }, 900, 3000],
      [{ 'retry-after': '0' }, 0, 115],
      [{ 'retry-after-ms': '200' }, 195, 900],
      [{ 'retry-after-ms': '200', 'retry-after': '60' }, 195, 900],
      [{ 'retry-after': '0.3' }, 295, 900],
      [{ 'retry-after': '1' }, 995, 1900],
      [{ 'retry-after': inSeconds(-100) }, 0, 115],
      [{ 'retry-after': '-5' }, 0, 900],
      [{ 'retry-after': 'soon', 'retry-after-ms': 'x' }, 120, 900],
    ]
    for (const [i, [headers, least, most]] of waits.entries()) {
      failFirst(fleet, 1, after(headers))
      const { status, ms } = await fleet.ask(`openai-east/m${i}`)
      expect([headers, status, fleet.calls.length]).toEqual([headers, 200, 2])
      expect(ms).toBeWithin(least, most)
    }
  })

  test('U-09 waits for nobody who asks for too long: the client is told instead, an hour at most', async () => {
    const clock = createClock()
    await using fleet = await startOne({}, clock.now)
    for (const [text, told] of [['6', '6'] as const, ['1000000000', '3600'] as const]) {
      failFirst(fleet, 1, after({ 'retry-after': text }))
      const { status, headers, ms } = await fleet.ask(EAST)
      expect([status, headers.get('retry-after'), fleet.calls.length]).toEqual([429, told, 1])
      expect(ms).toBeLessThan(500)
      clock.pass(60_000)
    }
  })

  test('U-09 never waits beyond HTTP_TIMEOUT', async () => {
    await using fleet = await startOne({ HTTP_TIMEOUT: '400ms' })
    failFirst(fleet, 1, after({ 'retry-after': '1' }))
    const { status, ms } = await fleet.ask(EAST)
    expect([status, fleet.calls.length]).toEqual([429, 1])
    expect(ms).toBeLessThan(390)
  })

  test('U-09 tells the client only what is a valid header, rounded up', async () => {
    const clock = createClock()
    await using fleet = await startOne({ RETRIES: '0' }, clock.now)
    const told = async (headers: Record<string, string>) => {
      clock.pass(60_000)
      fleet.plan('openai-east', after(headers))
      return (await fleet.ask(EAST)).headers.get('retry-after')
    }
    expect(await told({ 'retry-after-ms': '1200' })).toBe('2')
    expect(await told({ 'retry-after': '-3' })).toBeOneOf([null, '0'])
    for (const garbage of ['', 'soon', 'NaN', 'Infinity', '1e400', '٣', '0x10', '1, 2'])
      expect([garbage, await told({ 'retry-after': garbage })]).toEqual([garbage, null])
  })

  test('pauseBefore() is over when the provider asked for, although timers drop fractions', () => {
    for (const seconds of [0, 0.0004, 0.3, 1.0001, 1.2345, 4.9999]) {
      const limited = new Refusal('rate_limit_exceeded', 'Slower', { retryAfter: seconds })
      expect(Math.floor(pauseBefore(0, limited)!)).toBeGreaterThan(seconds * 1000)
    }
  })

  test('readRetryAfter() reads seconds, milliseconds and dates, and clamps to 0 … 3600', () => {
    const now = Date.parse('2026-01-01T00:00:00Z')
    const read = (headers: Record<string, string>) => readRetryAfter(new Headers(headers), now)
    const date = (text: string) => read({ 'retry-after': text })
    expect(date('Thu, 01 Jan 2026 00:02:00 GMT')).toBe(120)
    expect(date('Wed, 31 Dec 2025 23:00:00 GMT')).toBe(0)
    expect(date('Fri, 02 Jan 2026 00:00:00 GMT')).toBe(3600)
    expect([date('0'), date(' 7 '), date('1.5'), date('9'.repeat(400))]).toEqual([0, 7, 1.5, undefined])
    expect(read({ 'retry-after-ms': '1500', 'retry-after': '9' })).toBe(1.5)
    expect(read({ 'retry-after-ms': '-1', 'retry-after': '9' })).toBe(9)
    expect(read({ 'retry-after-ms': '', 'retry-after': '9' })).toBe(9)
    expect(read({})).toBeUndefined()
  })
})
