import { describe, expect, test } from 'bun:test'
import { problemsOf } from '../config/kit.ts'
import { askTimes, EAST, WEST } from './fleet.ts'
import { fail, isSkipped, startWatched } from './watched.ts'

describe('a reload', () => {
  test('leaves circuits as they are, and judges them by the new settings', async () => {
    await using watched = await startWatched()
    const { fleet, clock } = watched
    await fail(fleet, 3)
    await fleet.reload()
    expect(await isSkipped(fleet, EAST)).toBe(true)
    expect(await askTimes(fleet, 2, 'pair')).toEqual([WEST, WEST])
    clock.pass(5000)
    await fleet.reload({ BREAKER_PAUSE: '5s' })
    expect(await isSkipped(fleet, EAST)).toBe(false)
    clock.pass(9999)
    expect(await isSkipped(fleet, EAST)).toBe(true)
  })

  test('goes on counting failures in a row', async () => {
    await using watched = await startWatched()
    const { fleet } = watched
    await fail(fleet, 2)
    await fleet.reload({ BREAKER_FAILURES: '4' })
    expect([await isSkipped(fleet, EAST), await isSkipped(fleet, EAST)]).toEqual([false, false])
    expect(await isSkipped(fleet, EAST)).toBe(true)
  })

  test('begins anew with a provider whose key was mended, and with no other', async () => {
    await using watched = await startWatched({ OPENAI_EAST_API_KEY: 'wrong' })
    const { fleet } = watched
    await fail(fleet, 3)
    await fail(fleet, 3, { status: 500 }, WEST)
    await fleet.reload({ OPENAI_EAST_API_KEY: 'mended' })
    fleet.plan(EAST, undefined)
    expect((await fleet.ask(EAST)).status).toBe(200)
    expect(await isSkipped(fleet, WEST)).toBe(true)
  })
})

test('a first pause that is longer than the longest is no setting, wherever it is said', async () => {
  const why =
    '"pause" (5m) is longer than "longest_pause" (2m): make "pause" shorter, or "longest_pause" longer'
  expect(await problemsOf({ env: { BREAKER_PAUSE: '5m' } })).toEqual([`Cannot use BREAKER_PAUSE: ${why}`])
  const yaml = 'breaker:\n  pause: 5m\n'
  expect(await problemsOf({ yaml })).toEqual([`modelway.yaml:2:10: Cannot use breaker.pause: ${why}`])
  const short = await problemsOf({ env: { BREAKER_LONGEST_PAUSE: '3s' } })
  expect(short.join()).toContain('"pause" (10s) is longer than "longest_pause" (3s)')
  expect(await problemsOf({ env: { BREAKER_PAUSE: '5m', BREAKER_LONGEST_PAUSE: '5m' } })).toEqual([])
})
