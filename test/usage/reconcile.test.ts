import { afterAll, beforeAll, expect, test } from 'bun:test'
import { MASTER } from '../kit.ts'
import { parseScrape, type Scrape } from '../metrics/scrape.ts'
import type { Plan } from '../mock/plan.ts'
import { openScene, type Scene } from './api/scene.ts'
import type { Row } from './book.ts'

/** One hour of calls of many kinds: whoever is asked what was used tells the same, to the token and the nano-dollar. */

const HOUR = Date.parse('2027-11-07T05:00:00Z')
/** In New York an hour comes twice that day; in Kathmandu hours begin at a quarter past ours. */
const ZONES = ['UTC', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe']
const PERIOD = { from: '2027-11-07T05:00:00Z', to: '2027-11-07T06:00:00Z' }

/** A try that says what it used, and fails: it is on the bill beside the one that answers then. */
const FAILS: Plan = {
  body: JSON.stringify({
    error: { message: 'No', code: 500 },
    usage: { prompt_tokens: 30, completion_tokens: 2, total_tokens: 32 },
  }),
}

let scene: Scene
let rows: Row[]
let seen: Scrape

const scrape = async () =>
  parseScrape(
    await (
      await scene.house.test.fetch('/metrics', { headers: { authorization: `Bearer ${MASTER}` } })
    ).text(),
  )

beforeAll(async () => {
  scene = await openScene({
    env: {
      OPENAI_MODELS: 'one,two,gpt-5,gpt-4o',
      BREAKER_FAILURES: '1000',
      MODEL_PRICES: JSON.stringify({ 'openai/one': { input: 3, output: 15, cache_read: 0.3 } }),
    },
  })
  // Costs are counted from the first scrape on.
  await scrape()
  const put = (row: object) => scene.house.test.admin('PUT', '/admin/virtual-models', row)
  await put({
    source: 'smart',
    targets: [{ model: 'openai/one' }, { model: 'openai/gpt-5' }],
    strategy: 'failover',
  })
  await put({ source: 'cheap', target_model: 'openai/two' })
  const keys = [
    await scene.key({ name: '=cmd|"x"!A1', user_path: '/team/=alpha', labels: { team: '=1+1' } }),
    await scene.key({ name: 'Beta', user_path: '/team/b"eta,', labels: { 'te"am': 'a\nb' } }),
    await scene.key({ name: 'Free' }),
  ]
  const kinds: readonly (readonly [path: string, body: object, plan?: Plan])[] = [
    ['/v1/chat/completions', { model: 'smart' }, { cacheRead: 11 }],
    ['/v1/chat/completions', { model: 'openai/gpt-5', stream: true }, { reasoning: 'Well well', tokens: 7 }],
    ['/v1/chat/completions', { model: 'cheap', stream: true, stream_options: { include_usage: true } }],
    ['/v1/messages', { model: 'smart', max_tokens: 50, stream: true }, { tokens: 9, cacheRead: 5 }],
    ['/v1/messages', { model: 'openai/gpt-4o', max_tokens: 50 }],
    ['/v1/responses', { model: 'openai/gpt-5', stream: true }],
    ['/p/openai/v1/chat/completions', { model: 'gpt-4o' }],
    ['/v1/chat/completions', { model: 'smart' }, { status: 500 }],
    ['/v1/chat/completions', { model: '=HYPERLINK("x")' }],
    ['/v1/chat/completions', { model: 'openai/one' }, { status: 400 }],
    ['/v1/chat/completions', { model: 'smart' }, FAILS],
  ]
  const talk = [{ role: 'user', content: 'Where does it go?' }]
  let minute = 0
  for (const [i, { key }] of keys.entries())
    for (const [path, body, plan] of kinds) {
      scene.at(HOUR + (minute++ % 60) * 60_000 + 59_999)
      scene.house.mock.setPlan(({ body }) =>
        plan === FAILS && !body.includes('"model":"one"') ? { tokens: 5 } : plan,
      )
      const said = path === '/v1/responses' ? { input: 'Where?' } : { messages: talk }
      const response = await fetch(scene.house.url + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'x-session-id': `@session ${i}`,
        },
        body: JSON.stringify({ ...body, ...said }),
      })
      await response.text()
    }
  scene.at(HOUR + 3_600_000 * 30)
  await scene.book.flush()
  rows = await scene.book.rows()
  seen = await scrape()
}, 60_000)
afterAll(() => scene[Symbol.asyncDispose]())

const sum = (of: (line: Row) => number | null) => rows.reduce((all, row) => all + (of(row) ?? 0), 0)
const inputs = ({ input, cacheRead, cacheWrite }: Row) => (input ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0)
const outputs = ({ output, reasoning }: Row) => (output ?? 0) + (reasoning ?? 0)

interface Told {
  readonly calls: number
  readonly errors: number
  readonly cost_nano: number | null
  readonly tokens: { readonly input: number; readonly cache_read: number; readonly total: number } | null
}
/** What the records say, in the words of the figures. */
const truth = () => ({
  calls: rows.filter(({ part }) => part === 0).length,
  errors: rows.filter(({ part, code }) => part === 0 && code !== null).length,
  cost: sum(({ costNano }) => costNano),
  total: sum(inputs) + sum(outputs),
  cached: sum(({ cacheRead }) => cacheRead),
})
const figuresOf = (parts: readonly Told[]) => {
  const add = (of: (part: Told) => number | undefined | null) =>
    parts.reduce((all, part) => all + (of(part) ?? 0), 0)
  return {
    calls: add(({ calls }) => calls),
    errors: add(({ errors }) => errors),
    cost: add(({ cost_nano }) => cost_nano),
    total: add(({ tokens }) => tokens?.total),
    cached: add(({ tokens }) => tokens?.cache_read),
  }
}

test('the hour holds what it should', () => {
  const { calls, errors, cost, cached } = truth()
  expect([calls, errors, rows.length]).toEqual([33, 9, 36])
  expect(cost).toBeGreaterThan(0)
  expect(cached).toBeGreaterThan(0)
})

test("the records hold what the provider's own ledger says that it gave", () => {
  // Whoever said no gave nothing, and asks for nothing.
  const given = scene.house.mock.ledger.entries.filter(({ completion }) => completion > 0)
  const all = (of: (entry: (typeof given)[number]) => number) =>
    given.reduce((sum, entry) => sum + of(entry), 0)
  expect(given.length).toBe(rows.filter(({ part, output }) => part === 0 && output! > 0).length)
  // For each of three keys: 11 and 5 tokens of its cache, which it counts apart, and what the failed try told.
  expect([sum(({ input }) => input), sum(({ cacheRead }) => cacheRead), sum(outputs)]).toEqual([
    all(({ prompt }) => prompt) + 3 * 30,
    3 * (11 + 5),
    all(({ completion }) => completion) + 3 * 2,
  ])
})

test('so do the figures, whatever they are told apart by', async () => {
  const names = 'model,virtual_model,provider,target,path,key,session,operation,dialect,status,code,streamed'
  expect(figuresOf([(await scene.ask('/admin/usage', PERIOD)).body.total])).toEqual(truth())
  for (const name of [...names.split(','), 'label:team', 'label:te"am', 'model,path', 'path,key,code']) {
    const { body } = await scene.ask('/admin/usage', { ...PERIOD, group_by: name, limit: '3' })
    expect([name, figuresOf([...body.groups, ...(body.rest === null ? [] : [body.rest])])]).toEqual([
      name,
      truth(),
    ])
  }
})

test('so do their intervals, by the clocks of any place', async () => {
  for (const time_zone of ZONES)
    for (const interval of ['minute', '15m', 'hour', '3h', 'day', 'year']) {
      const query = { ...PERIOD, time_zone, interval, group_by: 'path' }
      const { body } = await scene.ask('/admin/usage/series', query)
      const parts = body.data as (Told & { total: Told })[]
      expect([time_zone, interval, figuresOf(parts.map(({ total }) => total))]).toEqual([
        time_zone,
        interval,
        truth(),
      ])
    }
})

interface Line {
  readonly id: string
  readonly part: number
  readonly code: string | null
  readonly cost_nano: number | null
  readonly tokens: Readonly<Record<string, number | null>> | null
}
const linesOf = (lines: readonly Line[]) => ({
  calls: lines.filter(({ part }) => part === 0).length,
  errors: lines.filter(({ part, code }) => part === 0 && code !== null).length,
  cost: lines.reduce((all, { cost_nano }) => all + (cost_nano ?? 0), 0),
  total: lines.reduce(
    (all, { tokens }) => all + Object.values(tokens ?? {}).reduce<number>((sum, n) => sum + (n ?? 0), 0),
    0,
  ),
  cached: lines.reduce((all, { tokens }) => all + (tokens?.cache_read ?? 0), 0),
})

test('so do the log, page by page, and the exports', async () => {
  const found: Line[] = []
  for (let before: string | null = ''; before !== null; ) {
    const query = { ...PERIOD, limit: '7', ...(before !== '' && { before }) }
    const { body } = await scene.ask('/admin/usage/log', query)
    found.push(...body.data)
    before = body.next
  }
  expect(new Set(found.map(({ id, part }) => `${id}:${part}`)).size).toBe(found.length)
  expect(linesOf(found)).toEqual(truth())
  const exported = async (format: string) =>
    (
      await scene.house.test.fetch(`/admin/usage/export?${new URLSearchParams({ ...PERIOD, format })}`, {
        headers: { authorization: `Bearer ${MASTER}` },
      })
    ).text()
  const lines = (await exported('jsonl')).trimEnd().split('\n')
  expect(linesOf(lines.map(line => JSON.parse(line)))).toEqual(truth())
  const [head, ...cells] = parseCsv(await exported('csv'))
  const number = (row: string[], name: string) => Number(row[head!.indexOf(name)])
  expect(cells.length).toBe(rows.length)
  expect(cells.every(row => row.length === head!.length)).toBe(true)
  expect(cells.flat().filter(cell => /^[=+\-@\t\r\n]/.test(cell))).toEqual([])
  expect(cells.reduce((all, row) => all + number(row, 'cost_nano'), 0)).toBe(truth().cost)
})

test('so does /metrics', () => {
  expect(seen.sum('modelway_requests_total')).toBe(truth().calls)
  expect(seen.sum('modelway_errors_total')).toBe(truth().errors)
  expect(seen.sum('modelway_tokens_total')).toBe(truth().total)
  expect(Math.round(seen.sum('modelway_cost_usd_total') * 1e9)).toBe(truth().cost)
  const { calls } = truth()
  const unpriced = rows.filter(({ costNano, input }) => costNano === null && input !== null).length
  expect([calls > 0, seen.sum('modelway_unpriced_total')]).toEqual([true, unpriced])
})

/** By RFC 4180. */
function parseCsv(text: string): string[][] {
  const table: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    table.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\r\n') table.push([])
  }
  return table.slice(0, -1)
}
