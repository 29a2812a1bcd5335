import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SPANS } from '../../plugins/usage/model.ts'
import { MASTER, until } from '../kit.ts'
import { parseScrape } from '../metrics/scrape.ts'
import { totalsOf } from '../usage/book.ts'
import { type Cached, messages, openCached } from './kit.ts'

/** A stored answer leaves a record like any other: it took nothing, and says what it saved. */

const plan = { usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } }
/** Ten tokens at a dollar for a thousand. */
const COST = 10_000_000

let cached: Cached
beforeAll(async () => {
  cached = await openCached({
    env: { METRICS_TOKEN: 'for-prometheus', OPENAI_MODELS: 'one,two,three' },
  })
})
afterAll(() => cached[Symbol.asyncDispose]())

const admin = async (path: string) => {
  await cached.book.flush()
  return (await cached.house.test.admin('GET', path)).body
}
let count = 0
const fresh = () => ({ messages: [{ role: 'user', content: `Question ${count++}` }] })
const period = 'from=2026-03-04&to=2026-03-05'

describe('the record', () => {
  test('of a hit: once, with who gave the answer, no tokens, no cost, and what it saved', async () => {
    for (const extra of [{}, { stream: true }]) {
      const ask = { ...fresh(), ...extra }
      await cached.chat(ask, { plan })
      await cached.book.flush()
      const before = (await cached.book.rows()).length
      await cached.chat(ask, { plan })
      await cached.book.flush()
      const rows = (await cached.book.rows()).slice(before)
      expect(rows).toMatchObject([
        {
          part: 0,
          status: 200,
          code: null,
          provider: 'openai',
          model: 'one',
          attempts: null,
          cached: true,
          savedNano: COST,
          input: 0,
          output: 0,
          cacheRead: 0,
          billing: 'exact',
          costNano: 0,
          priceSource: null,
          streamed: 'stream' in extra,
          finish: 'stop',
          hungUp: false,
        },
      ])
    }
  })

  test('of a price that nobody knows: nothing is said of what it saved', async () => {
    const ask = { ...fresh(), model: 'two' }
    for (let i = 0; i < 2; i++) await cached.chat(ask)
    await cached.book.flush()
    expect((await cached.book.rows()).at(-1)).toMatchObject({ cached: true, savedNano: null, costNano: 0 })
  })

  test('of a client that hangs up while it gets a stored stream: no estimate, no cost', async () => {
    const ask = { ...fresh(), stream: true }
    const long = { ...plan, text: 'word '.repeat(20_000) }
    await cached.chat(ask, { plan: long })
    const { length } = cached.house.settled
    const control = new AbortController()
    const response = await cached.house.ask(long, ask, { signal: control.signal })
    expect(response.headers.get('x-modelway-cache')).toBe('hit')
    control.abort()
    await cached.house.settlement(length + 1)
    await cached.book.flush()
    const row = (await cached.book.rows()).at(-1)!
    expect(row).toMatchObject({ cached: true, input: 0, output: 0, costNano: 0, billing: 'exact' })
    expect([null, 'client_closed']).toContain(row.code)
  })

  test('is in sums, for operators and callers, in the log and its filter, in both exports', async () => {
    const total = (await admin(`/admin/usage?${period}`)).total
    const rows = await cached.book.rows()
    const hits = rows.filter(row => row.cached)
    const saved = hits.reduce((sum, { savedNano }) => sum + (savedNano ?? 0), 0)
    expect(saved).toBeGreaterThan(0)
    expect(total).toMatchObject({ calls: rows.length, hits: hits.length, saved_nano: saved })
    const recorded = (await admin(`/admin/usage?${period}&group_by=cached`)).groups
    const group = recorded.find(({ group }: { group: { cached: string } }) => group.cached === 'true')
    expect(group).toMatchObject({
      calls: hits.length,
      hits: hits.length,
      saved_nano: saved,
      cost_nano: 0,
      unknown: 0,
      unpriced: 0,
    })
    expect((await admin(`/v1/usage?${period}`)).total).toMatchObject({
      hits: hits.length,
      saved_nano: saved,
    })
    const log = (await admin(`/admin/usage/log?${period}&cached=true&limit=100`)).data
    expect(log.map(({ cached }: { cached: boolean }) => cached)).toEqual(hits.map(() => true))
    const others = (await admin(`/admin/usage/log?${period}&cached=false&limit=100`)).data
    expect(others.length).toBe(rows.length - hits.length)
    const file = async (format: string) => {
      const path = `/admin/usage/export?${period}&format=${format}&cached=true`
      const headers = { authorization: `Bearer ${MASTER}` }
      return (await cached.house.test.fetch(path, { headers })).text()
    }
    const [head, ...lines] = (await file('csv')).trim().split('\r\n')
    expect(head).toEndWith(',cached,saved_nano,similarity,queued_ms')
    expect(lines.length).toBe(hits.length)
    expect(lines[0]).toEndWith(`,true,${COST},,`)
    expect(JSON.parse((await file('jsonl')).split('\n')[0]!)).toMatchObject({
      cached: true,
      saved_nano: COST,
    })
  })

  test('adds to every roll-up what it adds to the records, and to no latency', async () => {
    const rows = await cached.book.rows()
    for (const span of Object.values(SPANS)) {
      const sums = (await cached.book.rollups()).filter(rollup => rollup.span === span)
      expect(totalsOf(sums)).toEqual(totalsOf(rows))
      expect(sums.reduce((all, { hits }) => all + hits, 0)).toBe(rows.filter(row => row.cached).length)
    }
    const before = (await admin(`/admin/usage?${period}&model=three&latency=true`)).total
    expect(before.calls).toBe(0)
    const ask = { ...fresh(), model: 'three' }
    await cached.chat(ask, { plan: { ...plan, delayMs: 60 } })
    for (let i = 0; i < 9; i++) await cached.chat(ask, { plan: { ...plan, delayMs: 60 } })
    for (const filter of ['model=three', 'model=three&streamed=false']) {
      const { total } = await admin(`/admin/usage?${period}&${filter}&latency=true`)
      expect([total.calls, total.hits]).toEqual([10, 9])
      expect(total.latency.total_ms.p50).toBeGreaterThan(40)
    }
  })

  test('keeps its cost, which is none, when prices are mended', async () => {
    const from = Date.UTC(2026, 2, 4)
    const before = (await cached.book.rows()).filter(row => row.cached)
    await cached.book.reprice(from, from + 86_400_000)
    expect((await cached.book.rows()).filter(row => row.cached)).toEqual(before)
  })

  test('is in the log of requests, and in no other line', async () => {
    const lines = cached.house.test.logs.filter(({ message }) => message === 'Request')
    const marked = lines.filter(line => line.cached === true)
    expect(marked.length).toBeGreaterThan(0)
    expect(marked.every(({ attempts }) => attempts === undefined)).toBe(true)
    expect(lines.length).toBeGreaterThan(marked.length)
  })
})

test('a comparison of targets leaves stored answers out of what it says about them', async () => {
  const targets = [{ model: 'openai/one' }, { model: 'openai/two' }]
  await cached.house.test.admin('PUT', '/admin/virtual-models', { source: 'both', targets })
  const ask = { ...fresh(), model: 'both' }
  for (let i = 0; i < 6; i++) await cached.chat(ask, { plan })
  const { sides } = await admin(`/admin/virtual-models/compare?source=both&${period}`)
  const one = sides.find(({ name }: { name: string }) => name === 'openai/one')
  expect(one).toMatchObject({ failures: 0, cost_per_request_nano: { value: COST } })
  expect(one.tries).toBeLessThan(one.requests)
})

test('/metrics tells of hits, misses, and what is stored; of tokens only those that a provider counted', async () => {
  const { body } = await cached.house.test.admin('GET', '/admin/cache')
  const response = await cached.house.test.fetch('/metrics', {
    headers: { authorization: 'Bearer for-prometheus' },
  })
  const scrape = parseScrape(await response.text())
  const told = [
    'hits_total',
    'joined_total',
    'similar_total',
    'misses_total',
    'evictions_total',
    'entries',
    'bytes',
  ].map(name => scrape.sum(`modelway_cache_${name}`))
  expect(told).toEqual([
    body.hits,
    body.joined,
    body.similar,
    body.misses,
    body.evictions,
    body.entries,
    body.bytes,
  ])
  const rows = await cached.book.rows()
  expect(scrape.sum('modelway_tokens_total', { kind: 'input' })).toBe(
    rows.reduce((sum, { input }) => sum + (input ?? 0), 0),
  )
  expect(scrape.sum('modelway_requests_total', { endpoint: 'openai-chat' })).toBe(rows.length)
  expect(scrape.sum('modelway_attempts_total')).toBe(rows.filter(row => !row.cached).length)
})

describe('limits', () => {
  test('count a stored answer as a request, and as nothing else', async () => {
    const { admin } = cached.house.test
    await admin('PUT', '/admin/limits/mine', {
      user_path: '/limited',
      requests: 3,
      tokens: 100_000,
      cost_usd: 1000,
      concurrent: 1,
    })
    const ask = { messages, max_tokens: 5 }
    const call = () => cached.chat(ask, { plan, headers: { 'x-modelway-user-path': '/limited' } })
    const verdicts = [await call(), await call(), await call()].map(({ verdict }) => verdict)
    expect(verdicts).toEqual(['miss', 'hit', 'hit'])
    const used = async () => {
      const { requests, tokens, cost_usd, concurrent } = (await admin('GET', '/admin/limits/mine')).body
        .fullest
      return { requests, tokens, cost_usd, concurrent }
    }
    expect(await used()).toMatchObject({
      requests: { used: 3, held: 0 },
      tokens: { used: 10, held: 0 },
      cost_usd: { used: 0.01, held: 0 },
      concurrent: { held: 0 },
    })
    const refused = await call()
    expect([refused.status, refused.verdict]).toEqual([429, null])
  })

  test('are told of in the head of a stored answer as in any other', async () => {
    await cached.house.test.admin('PUT', '/admin/limits/told', { user_path: '/told', requests: 5 })
    const call = () => cached.chat({}, { headers: { 'x-modelway-user-path': '/told' } })
    const left = [await call(), await call()].map(({ headers }) =>
      headers.get('x-ratelimit-remaining-requests'),
    )
    expect(left).toEqual(['4', '3'])
  })
})

test('nobody hears of a try: neither the breaker nor a strategy', async () => {
  await until(() => cached.house.settled.length > 0, 'calls')
  const hits = cached.house.settled.filter(
    ({ usage, attempts }) => usage?.input === 0 && attempts.length === 0,
  )
  expect(hits.length).toBeGreaterThan(10)
})
