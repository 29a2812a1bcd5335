import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { MASTER, until } from '../kit.ts'
import { parseScrape } from '../metrics/scrape.ts'
import { askTimes, EAST, type Fleet, startFleet, VLLM, WEST } from './fleet.ts'

/** What a reload of the configuration does not forget, beside what the tests of each plugin say. */

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({
    env: { BREAKER_FAILURES: '2', MIRROR_CONCURRENCY: '1', CACHE_MODELS: 'vllm/m', CACHE_SIZE: '1M' },
  })
})
afterAll(() => fleet[Symbol.asyncDispose]())
beforeEach(() => {
  for (const target of [EAST, WEST, VLLM]) fleet.plan(target, undefined)
})

const auth = { authorization: `Bearer ${MASTER}` }
const scrape = async () => parseScrape(await (await fleet.test.fetch('/metrics', { headers: auth })).text())

test('turns go on where they were', async () => {
  await fleet.redirect('turns', [EAST, WEST, VLLM])
  const served: unknown[] = []
  for (let i = 0; i < 3; i++) {
    served.push(...(await askTimes(fleet, 1, 'turns')))
    await fleet.reload()
  }
  expect(served).toEqual([EAST, WEST, VLLM])
})

test('/metrics goes on telling which targets are skipped', async () => {
  fleet.plan(EAST, { status: 500 })
  await askTimes(fleet, 2, EAST)
  await fleet.reload()
  const labels = { provider: 'openai-east', model: 'm' }
  expect((await scrape()).find('modelway_breaker_open', labels).map(({ value }) => value)).toEqual([1])
})

test('copies under way are counted whichever configuration began them', async () => {
  await fleet.redirect('smart', [VLLM], { mirror: { model: WEST, share: 1 } })
  fleet.plan(WEST, { delayMs: 1000 })
  const before = fleet.calls.length
  await fleet.ask('smart')
  await until(() => fleet.calls.slice(before).includes(WEST), 'the copy')
  await fleet.reload()
  await fleet.ask('smart')
  expect((await scrape()).sum('modelway_mirror_dropped_total', { model: 'smart' })).toBe(1)
})

test('a cache of another size has thrown away no less than the one before', async () => {
  fleet.plan(VLLM, { tokens: 15_000 })
  for (let i = 0; i < 20; i++) await fleet.ask(VLLM)
  const evictions = async () => (await scrape()).sum('modelway_cache_evictions_total')
  const before = await evictions()
  expect(before).toBeGreaterThan(0)
  await fleet.reload({ CACHE_SIZE: '2M' })
  expect(await evictions()).toBe(before)
})

test('the page of the providers still says what came of a test call', async () => {
  const signIn = await fleet.test.fetch('/sign-in', {
    method: 'POST',
    headers: { host: 'localhost:8080' },
    body: new URLSearchParams({ key: MASTER }),
  })
  const cookie = signIn.headers.get('set-cookie')!.split(';')[0]!
  const page = async () => (await fleet.test.fetch('/dashboard/providers', { headers: { cookie } })).text()
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page())?.[1] ?? ''
  await fleet.test.fetch('/dashboard/providers/test', {
    method: 'POST',
    headers: { host: 'localhost:8080', origin: 'http://localhost:8080', cookie },
    body: new URLSearchParams({ csrf, provider: 'vllm', model: 'm' }),
  })
  expect(await page()).toContain('Answered in')
  await fleet.reload()
  expect(await page()).toContain('Answered in')
})

test('a plugin that had nothing to do for a while finds again what it had counted', async () => {
  const left = () => fleet.test.gateway.heritage.plugins.get('telemetry')
  const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }
  await fleet.reload(collector)
  const counted = left()
  expect(counted).toBeObject()
  await fleet.reload()
  await fleet.reload(collector)
  expect(left()).toBe(counted)
})
