import { afterAll, expect, test } from 'bun:test'
import type { Plan } from '../mock/plan.ts'
import { createMockProvider } from '../mock/provider.ts'
import { type Kind, measure, median, quantile } from './load.ts'

const mock = createMockProvider()
afterAll(mock.stop)

const target = { url: `${mock.url}/chat/completions`, headers: {}, model: 'mock-model' }

async function failuresWith(kind: Kind, plan: Plan | undefined): Promise<number> {
  mock.setPlan(plan)
  return (await measure(target, { kind, concurrency: 2, count: 4, seconds: 5 })).failures
}

test('measure() sends the count and finds nothing wrong with good answers', async () => {
  mock.reset()
  expect([await failuresWith('whole', undefined), await failuresWith('stream', undefined)]).toEqual([0, 0])
  expect(mock.ledger.totals().complete).toBe(8)
})

test('measure() counts errors, cut answers and streams without an end as failures', async () => {
  expect(await failuresWith('whole', { status: 500 })).toBe(4)
  expect(await failuresWith('whole', { cutAfterBytes: 20 })).toBe(4)
  expect(await failuresWith('stream', { cutAfterBytes: 20 })).toBe(4)
  expect(await failuresWith('stream', { noDone: true })).toBe(4)
})

test('measure() stops when its time is over', async () => {
  mock.setPlan({ delayMs: 20 })
  const { perSecond } = await measure(target, { kind: 'whole', concurrency: 1, count: 1000, seconds: 0.1 })
  expect(perSecond).toBeLessThan(60)
})

test('quantile() and median() read sorted and unsorted values', () => {
  expect([quantile([1, 2, 3, 4], 0.99), quantile([1, 2, 3, 4], 0.5)]).toEqual([4, 3])
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5])
})
