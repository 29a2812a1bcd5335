import { describe, expect, test } from 'bun:test'
import { until } from '../kit.ts'
import type { Plan } from '../mock/plan.ts'
import { askTimes, EAST, WEST } from './fleet.ts'
import { fail, isSkipped, NEXT, startWatched } from './watched.ts'

describe('what counts', () => {
  const theirs: Readonly<Record<string, Plan>> = {
    'server error': { status: 500 },
    overload: { status: 529 },
    timeout: { status: 504 },
    'error in disguise': { body: '{"error":{"message":"no"}}' },
    'no answer': { body: '<html>' },
    'an answer that breaks off': { cutAfterBytes: 20 },
  }

  for (const [name, plan] of Object.entries(theirs)) {
    test(`opens the circuit of a model, not of its provider: ${name}`, async () => {
      await using watched = await startWatched()
      const { fleet } = watched
      await fail(fleet, 3, plan)
      expect([await isSkipped(fleet, EAST), await isSkipped(fleet, NEXT)]).toEqual([true, false])
    })
  }

  for (const [name, plan] of Object.entries({
    unreachable: { reset: true },
    'rejected key': { status: 401 },
  })) {
    test(`opens the circuit of the whole provider: ${name}`, async () => {
      await using watched = await startWatched()
      const { fleet, clock } = watched
      await fail(fleet, 3, plan)
      expect([await isSkipped(fleet, NEXT), await isSkipped(fleet, WEST)]).toEqual([true, false])
      clock.pass(10_000)
      expect(await isSkipped(fleet, NEXT)).toBe(false)
    })
  }

  test('adds up faults of the connection over the models of a provider', async () => {
    await using watched = await startWatched()
    const { fleet } = watched
    await fail(fleet, 2, { reset: true })
    await fail(fleet, 1, { reset: true }, NEXT)
    expect([await isSkipped(fleet, EAST), await isSkipped(fleet, NEXT)]).toEqual([true, true])
  })

  test('holds no mistake of a caller against anybody', async () => {
    await using watched = await startWatched()
    const { fleet } = watched
    for (const status of [400, 404, 409, 413, 415, 422]) {
      await fail(fleet, 4, { status })
      expect([status, (await fleet.ask(EAST)).status]).toEqual([status, status])
    }
    expect(await isSkipped(fleet, NEXT)).toBe(false)
  })

  test('holds no client that hangs up against anybody', async () => {
    await using watched = await startWatched()
    const { fleet } = watched
    fleet.plan(EAST, { hang: true })
    for (let i = 0; i < 5; i++) {
      const client = new AbortController()
      const answer = fleet.open(EAST, { stream: i % 2 === 0 }, { signal: client.signal }).catch(String)
      await until(() => fleet.calls.length === i + 1, 'the call')
      client.abort()
      await answer
    }
    fleet.plan(EAST, undefined)
    expect(await isSkipped(fleet, EAST)).toBe(false)
  })

  test('holds a target that does not begin to answer in time against it', async () => {
    await using watched = await startWatched({ ATTEMPT_TIMEOUT: '30ms', BREAKER_FAILURES: '2' })
    const { fleet } = watched
    fleet.plan(EAST, { hang: true })
    expect(await askTimes(fleet, 2, 'pair')).toEqual([WEST, WEST])
    expect(await isSkipped(fleet, EAST)).toBe(true)
  })
})

describe('U-09: a rate limit', () => {
  const limited = (after: string): Plan => ({ status: 429, headers: { 'retry-after': after } })

  test('U-09 rests the model for as long as Retry-After says, and only the model', async () => {
    await using watched = await startWatched()
    const { fleet, clock } = watched
    await fail(fleet, 1, limited('20'))
    fleet.plan(EAST, undefined)
    expect(await askTimes(fleet, 2, 'pair')).toEqual([WEST, WEST])
    expect(await isSkipped(fleet, NEXT)).toBe(false)
    clock.pass(19_999)
    expect(await isSkipped(fleet, EAST)).toBe(true)
    clock.pass(1)
    expect(await askTimes(fleet, 2, 'pair')).toEqual([EAST, EAST])
  })

  test('U-09 rests it for a minute at most, and not at all without a Retry-After', async () => {
    await using watched = await startWatched()
    const { fleet, clock } = watched
    for (let i = 0; i < 4; i++) await fail(fleet, 1, { status: 429 })
    expect(await isSkipped(fleet, EAST)).toBe(false)
    await fail(fleet, 1, limited('1000000000'))
    clock.pass(59_999)
    expect(await isSkipped(fleet, EAST)).toBe(true)
    clock.pass(1)
    expect(await isSkipped(fleet, EAST)).toBe(false)
  })

  test('U-09 tells the client of a target at rest when it is called again', async () => {
    await using watched = await startWatched()
    const { fleet, clock } = watched
    await fail(fleet, 1, limited('20'))
    clock.pass(8000)
    expect((await fleet.ask(EAST)).headers.get('retry-after')).toBe('12')
  })
})

describe('U-20 and R6', () => {
  test('R6 answers 503 with the reasons when all that is left is skipped, at no upstream call', async () => {
    await using watched = await startWatched()
    const { fleet } = watched
    await fail(fleet, 3)
    await fail(fleet, 3, { status: 502 }, WEST)
    fleet.calls.length = 0
    const { status, code, message } = await fleet.ask('pair')
    expect([status, code, fleet.calls]).toEqual([503, 'model_unavailable', []])
    expect(message).toMatch(/openai-east.* 3 failures in a row.*openai-west.* 3 failures in a row/)
  })
})

describe('U-19', () => {
  test('U-19 a target that fails every second call costs no client an answer', async () => {
    await using watched = await startWatched()
    const { fleet, clock } = watched
    let count = 0
    fleet.plan(EAST, () => (count++ % 2 === 0 ? { status: 500 } : undefined))
    await fleet.redirect('turns', [EAST, WEST])
    const statuses = []
    for (let i = 0; i < 60; i++) {
      statuses.push((await fleet.ask('turns')).status)
      clock.pass(100)
    }
    expect(statuses.filter(status => status !== 200)).toEqual([])
  })
})
