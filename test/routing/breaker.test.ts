import { describe, expect, test } from 'bun:test'
import { until } from '../kit.ts'
import { askTimes, EAST, WEST } from './fleet.ts'
import { fail, isSkipped, startWatched } from './watched.ts'

describe('a circuit', () => {
  test('opens after BREAKER_FAILURES failures in a row, and a skipped target costs no upstream call', async () => {
    await using watched = await startWatched()
    const { fleet } = watched
    await fail(fleet, 2)
    expect(await isSkipped(fleet, EAST)).toBe(false)
    expect(await isSkipped(fleet, EAST)).toBe(true)
    expect((await askTimes(fleet, 5, 'pair')).every(served => served === WEST)).toBe(true)
    expect(fleet.calls.filter(target => target === EAST)).toHaveLength(3)
  })

  test('counts failures in a row only: an answer in between begins anew', async () => {
    await using watched = await startWatched()
    const { fleet } = watched
    for (let i = 0; i < 4; i++) {
      await fail(fleet, 2)
      fleet.plan(EAST, undefined)
      expect((await fleet.ask(EAST)).status).toBe(200)
    }
  })

  test('lets one probe through when the pause is over, and closes when it is answered', async () => {
    await using watched = await startWatched()
    const { fleet, clock } = watched
    await fail(fleet, 3)
    clock.pass(9999)
    expect(await isSkipped(fleet, EAST)).toBe(true)
    clock.pass(1)
    fleet.plan(EAST, { delayMs: 60 })
    fleet.calls.length = 0
    const said = await Promise.all(Array.from({ length: 10 }, () => fleet.ask('pair')))
    expect(said.map(({ served }) => served).filter(served => served === EAST)).toHaveLength(1)
    expect(fleet.calls.filter(target => target === EAST)).toHaveLength(1)
    fleet.plan(EAST, undefined)
    expect(await askTimes(fleet, 4, 'pair')).toEqual([EAST, EAST, EAST, EAST])
  })

  test('doubles its pause with each probe that fails, up to the longest, and begins anew after an answer', async () => {
    await using watched = await startWatched()
    const { fleet, clock } = watched
    await fail(fleet, 3)
    for (const pause of [10_000, 20_000, 30_000, 30_000]) {
      clock.pass(pause - 1)
      expect([pause, await isSkipped(fleet, EAST)]).toEqual([pause, true])
      clock.pass(1)
      expect([pause, await isSkipped(fleet, EAST)]).toEqual([pause, false])
    }
    clock.pass(30_000)
    fleet.plan(EAST, undefined)
    expect(await isSkipped(fleet, EAST)).toBe(false)
    await fail(fleet, 3)
    clock.pass(10_000)
    expect(await isSkipped(fleet, EAST)).toBe(false)
  })

  test('pauses as long for many failures at the same moment as for a few', async () => {
    await using watched = await startWatched()
    const { fleet, clock } = watched
    fleet.plan(EAST, { status: 500, delayMs: 50 })
    await Promise.all(Array.from({ length: 20 }, () => fleet.ask(EAST)))
    clock.pass(9999)
    expect(await isSkipped(fleet, EAST)).toBe(true)
    clock.pass(1)
    fleet.plan(EAST, undefined)
    expect(await isSkipped(fleet, EAST)).toBe(false)
  })

  test('is not confused by an older try that ends while the probe is under way', async () => {
    await using watched = await startWatched()
    const { fleet, clock } = watched
    fleet.plan(EAST, { hang: true })
    const client = new AbortController()
    const old = fleet.open(EAST, {}, { signal: client.signal }).catch(String)
    await until(() => fleet.calls.length === 1, 'the old try')
    await fail(fleet, 3)
    clock.pass(10_000)
    fleet.plan(EAST, { delayMs: 150 })
    const probe = fleet.ask(EAST)
    await until(() => fleet.calls.length === 5, 'the probe')
    client.abort()
    await old
    expect(await isSkipped(fleet, EAST)).toBe(true)
    expect((await probe).status).toBe(200)
  })

  test('lets the next one probe when the client of the probe hangs up', async () => {
    await using watched = await startWatched()
    const { fleet, clock } = watched
    await fail(fleet, 3)
    clock.pass(10_000)
    fleet.plan(EAST, { hang: true })
    const client = new AbortController()
    const probe = fleet.open(EAST, {}, { signal: client.signal }).catch(String)
    await until(() => fleet.calls.length === 4, 'the probe')
    expect(await isSkipped(fleet, EAST)).toBe(true)
    client.abort()
    await probe
    fleet.plan(EAST, undefined)
    expect((await fleet.ask(EAST)).status).toBe(200)
  })
})
