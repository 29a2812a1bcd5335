import { expect, test } from 'bun:test'
import { startTicks } from '../../src/contract/ticks.ts'
import type { Log } from '../../src/log.ts'

/** Work that repeats, and its end. */

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
const ticking = (run: () => Promise<void>) =>
  startTicks(new Map([['own', { ticks: [{ every: 5, run }] }]]), silent)

test('what still runs is waited for, because what it needs is closed next', async () => {
  const begun = Promise.withResolvers<void>()
  let isDone = false
  const stop = ticking(async () => {
    begun.resolve()
    await Bun.sleep(100)
    isDone = true
  })
  await begun.promise
  await stop()
  expect(isDone).toBe(true)
})

test('what never ends does not hold up a stop', async () => {
  const begun = Promise.withResolvers<void>()
  const stop = ticking(() => {
    begun.resolve()
    return new Promise(() => {})
  })
  await begun.promise
  const began = performance.now()
  await stop()
  expect(performance.now() - began).toBeLessThan(3000)
})
