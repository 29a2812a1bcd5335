import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { usageGroups } from '../../../plugins/usage/schema.ts'
import type { Row } from '../book.ts'
import { openScene, type Scene } from './scene.ts'

/** What the usage API tells adds up to the records, however it is cut. */

interface Figures {
  readonly calls: number
  readonly errors: number
  readonly cost_nano: number | null
  readonly tokens: { readonly input: number; readonly output: number; readonly total: number } | null
  readonly unknown: number
  readonly unpriced: number
}
interface Group extends Figures {
  readonly group: Readonly<Record<string, string | null>>
}

let scene: Scene
let rows: Row[]
const ZONE = 'Europe/Zurich'
/** Both ends of the night in which Zurich sets its clocks forward, and days around it. */
const TIMES = [
  '2027-03-26T23:30:00Z',
  '2027-03-27T22:59:59Z',
  '2027-03-27T23:00:01Z',
  '2027-03-28T00:59:00Z',
  '2027-03-28T01:00:01Z',
  '2027-03-28T21:59:59Z',
  '2027-03-28T22:00:01Z',
  '2027-03-31T21:59:00Z',
  '2027-03-31T22:01:00Z',
  '2027-04-15T10:20:30Z',
]
const PERIOD = { from: '2027-03-01', to: '2027-05-01', time_zone: ZONE }

beforeAll(async () => {
  scene = await openScene()
  const put = (row: object) => scene.house.test.admin('PUT', '/admin/virtual-models', row)
  await put({ source: 'smart', target_model: 'openai/one' })
  await put({ source: 'cheap', target_model: 'openai/two' })
  const alpha = await scene.key({ name: 'Alpha', user_path: '/team/alpha', labels: { team: 'alpha' } })
  const beta = await scene.key({ name: 'Beta', user_path: '/team/beta', labels: { team: '=be"ta' } })
  for (const [i, time] of TIMES.entries()) {
    scene.at(time)
    for (const [j, { key }] of [alpha, beta].entries()) {
      const headers = { authorization: `Bearer ${key}`, 'x-session-id': `talk-${i % 3}` }
      await scene.call({ model: 'smart', stream: j === 0 }, { headers, plan: { tokens: i + 1 } })
      await scene.call({ model: j === 0 ? 'cheap' : 'openai/two' }, { headers })
    }
  }
  scene.at(TIMES[4]!)
  await scene.call({ model: 'smart' }, { plan: { status: 500 } })
  await scene.call({ model: 'nobody-knows-this' })
  await scene.call({ model: 'smart' }, { plan: { usage: false } })
  scene.at('2027-05-10T00:00:00Z')
  await scene.book.flush()
  rows = await scene.book.rows()
}, 60_000)
afterAll(() => scene[Symbol.asyncDispose]())

const sum = (lines: readonly Row[], of: (line: Row) => number | null): number =>
  lines.reduce((total, line) => total + (of(line) ?? 0), 0)

/** What the records say, added up the slow way. */
const expected = (lines: readonly Row[]) => ({
  calls: lines.filter(({ part }) => part === 0).length,
  errors: lines.filter(({ code }) => code !== null && code !== 'client_closed').length,
  cost: sum(lines, ({ costNano }) => costNano),
  input: sum(lines, ({ input }) => input),
  output: sum(lines, ({ output }) => output),
  unknown: lines.filter(({ input, output }) => input === null && output === null).length,
  unpriced: lines.filter(({ input, costNano }) => input !== null && costNano === null).length,
})
const told = ({ calls, errors, cost_nano, tokens, unknown, unpriced }: Figures) => ({
  calls,
  errors,
  cost: cost_nano ?? 0,
  input: tokens?.input ?? 0,
  output: tokens?.output ?? 0,
  unknown,
  unpriced,
})

const readings: Readonly<Record<string, (line: Row) => string | null>> = {
  model: ({ model }) => model,
  provider: ({ provider }) => provider,
  target: ({ provider, model }) => (provider === null ? null : `${provider}/${model}`),
  virtual_model: ({ virtualModel }) => virtualModel,
  path: ({ userPath }) => userPath,
  key: ({ keyId }) => keyId,
  session: ({ session }) => session,
  'label:team': ({ labels }) => labels?.team ?? null,
  operation: ({ operation }) => operation,
  dialect: ({ dialect }) => dialect,
  status: ({ status }) => String(status),
  status_class: ({ status }) => `${Math.floor(status / 100)}xx`,
  code: ({ code }) => code,
  streamed: ({ streamed }) => String(streamed),
}

describe('GET /admin/usage', () => {
  test('the whole period is the sum of all records', async () => {
    const { status, body } = await scene.ask('/admin/usage', PERIOD)
    expect(status).toBe(200)
    expect(told(body.total)).toEqual(expected(rows))
    expect(rows.length).toBe(TIMES.length * 4 + 3)
    expect(body.source).toBe('rollups')
  })

  test('where there have been tens of thousands of groups, the greatest are found first, and the same is told of them', async () => {
    const nobody = { virtualModel: '', provider: 'gone', model: '', userPath: '', keyId: '' }
    const questions = [
      { ...PERIOD, group_by: 'path' },
      { ...PERIOD, group_by: 'key', limit: '1', sort: 'calls' },
      { ...PERIOD, group_by: 'path,model', latency: 'true' },
    ]
    const ask = () => Promise.all(questions.map(question => scene.ask('/admin/usage', question)))
    const before = await ask()
    expect(before.map(({ status, body }) => [status, body.groups.length > 0])).toEqual(
      questions.map(() => [200, true]),
    )
    await scene.book.db.insert(usageGroups).values({ ...nobody, id: 50_000 })
    expect((await ask()).map(({ body }) => body)).toEqual(before.map(({ body }) => body))
    await scene.book.db.delete(usageGroups).where(eq(usageGroups.id, 50_000))
  })

  test.each(Object.keys(readings))('by %s every group is the sum of its records', async name => {
    const { status, body } = await scene.ask('/admin/usage', { ...PERIOD, group_by: name })
    expect(status).toBe(200)
    const groups = Map.groupBy(rows, line => readings[name]!(line))
    expect(body.groups.length).toBe(groups.size)
    for (const { group, ...figures } of body.groups as Group[])
      expect([group[name], told(figures)]).toEqual([group[name], expected(groups.get(group[name]!)!)])
    expect(body.rest).toBe(null)
  })

  test('a path is cut where it is told to, and groups may be combined', async () => {
    const { body } = await scene.ask('/admin/usage', {
      ...PERIOD,
      group_by: 'path,model',
      path_depth: '1',
    })
    const team = rows.filter(({ userPath, model }) => userPath?.startsWith('/team/') && model === 'one')
    const found = (body.groups as Group[]).find(
      ({ group }) => group.path === '/team' && group.model === 'one',
    )!
    expect(told(found)).toEqual(expected(team))
  })

  test('what is beyond the limit is in the rest', async () => {
    const { body } = await scene.ask('/admin/usage', { ...PERIOD, group_by: 'path,model', limit: '2' })
    expect(body.groups.length).toBe(2)
    const all = [...body.groups, body.rest].map(told)
    expect(all.reduce((total, { calls }) => total + calls, 0)).toBe(rows.length)
    expect(all.reduce((total, { cost }) => total + cost, 0)).toBe(expected(rows).cost)
  })

  test.each([
    [{ path: '/team/alpha' }, ({ userPath }: Row) => userPath === '/team/alpha'],
    [{ path: '/team' }, ({ userPath }: Row) => userPath!.startsWith('/team/')],
    [{ path: '/tea' }, () => false],
    [
      { model: 'two', virtual_model: '' },
      ({ model, virtualModel }: Row) => model === 'two' && virtualModel === null,
    ],
    [{ target: 'openai/one' }, ({ model }: Row) => model === 'one'],
    [{ target: '' }, ({ provider }: Row) => provider === null],
    [{ status: '5xx' }, ({ status }: Row) => status >= 500],
    [{ code: '', streamed: 'true' }, ({ code, streamed }: Row) => code === null && streamed],
    [{ label: 'team==be"ta' }, ({ labels }: Row) => labels?.team === '=be"ta'],
    [{ session: 'talk-1' }, ({ session }: Row) => session === 'talk-1'],
    [{ dialect: 'openai-chat', operation: 'chat' }, () => true],
  ] as const)('chosen by %j, it is the sum of those records', async (filters, isChosen) => {
    const { status, body } = await scene.ask('/admin/usage', { ...PERIOD, ...filters })
    expect(status).toBe(200)
    expect(told(body.total)).toEqual(expected(rows.filter(isChosen)))
  })

  test('records and roll-ups say the same, and so do their percentiles', async () => {
    const rolled = await scene.ask('/admin/usage', { ...PERIOD, latency: 'true' })
    const read = await scene.ask('/admin/usage', { ...PERIOD, dialect: 'openai-chat', latency: 'true' })
    expect([rolled.body.source, read.body.source]).toEqual(['rollups', 'records'])
    expect(read.body.total).toEqual(rolled.body.total)
    const { p50, p99 } = rolled.body.total.latency.total_ms
    expect(p50).toBeGreaterThan(0)
    expect(p99).toBeGreaterThanOrEqual(p50)
  })

  test('a cost that is not known is null, and counted; a known part is not hidden by it', async () => {
    const unpriced = await scene.ask('/admin/usage', { ...PERIOD, model: 'two' })
    expect(unpriced.body.total).toMatchObject({ cost_nano: null, unpriced: TIMES.length * 2, priced: 0 })
    const mixed = (await scene.ask('/admin/usage', PERIOD)).body.total
    expect(mixed.cost_nano).toBe(expected(rows).cost)
    expect([mixed.cost_nano > 0, mixed.unpriced, mixed.unknown]).toEqual([true, TIMES.length * 2, 1])
  })

  test('a period in which nothing happened is zero, which is known', async () => {
    const { body } = await scene.ask('/admin/usage', {
      from: '2026-06-01',
      to: '2026-06-02',
      group_by: 'model',
      latency: 'true',
    })
    expect(body.total).toMatchObject({ calls: 0, cost_nano: 0, tokens: { total: 0 } })
    expect(body.total.latency.total_ms).toEqual({ p50: null, p95: null, p99: null })
    expect(body.groups).toEqual([])
  })
})

describe('GET /admin/usage/series', () => {
  test.each([
    ['day', ZONE],
    ['week', ZONE],
    ['month', 'America/New_York'],
    ['6h', 'Australia/Lord_Howe'],
    ['day', 'Asia/Kathmandu'],
    ['hour', ZONE],
  ])('by %s of %s each interval is the sum of its records', async (interval, time_zone) => {
    const query = { ...PERIOD, to: '2027-04-20', time_zone, interval, group_by: 'model' }
    const { status, body } = await scene.ask('/admin/usage/series', query)
    expect(status).toBe(200)
    const starts = (body.data as { start: string }[]).map(({ start }) => Date.parse(start))
    let calls = 0
    for (const [i, part] of (body.data as (Group & { total: Figures; groups: Group[] })[]).entries()) {
      const lines = rows.filter(({ at }) => at >= starts[i]! && at < (starts[i + 1] ?? Infinity))
      expect([part.total.calls, told(part.total)]).toEqual([lines.length, expected(lines)])
      for (const { group, ...figures } of part.groups)
        expect(told(figures)).toEqual(expected(lines.filter(({ model }) => model === group.model)))
      calls += part.total.calls
    }
    expect(calls).toBe(rows.length)
  })

  test('the day that has 23 hours begins and ends where the clocks of the place say', async () => {
    const query = { from: '2027-03-27', to: '2027-03-30', time_zone: ZONE, interval: 'day' }
    const { body } = await scene.ask('/admin/usage/series', query)
    expect(
      (body.data as { start: string; total: Figures }[]).map(({ start, total }) => [start, total.calls]),
    ).toEqual([
      ['2027-03-27T00:00:00+01:00', 8],
      ['2027-03-28T00:00:00+01:00', 4 * 4 + 3],
      ['2027-03-29T00:00:00+02:00', 4],
    ])
  })

  test('by what only records know, too; intervals without calls are there', async () => {
    const query = { ...PERIOD, to: '2027-04-20', interval: 'week', group_by: 'label:team', limit: '1' }
    const { body } = await scene.ask('/admin/usage/series', query)
    expect(body.source).toBe('records')
    expect(body.data.length).toBe(8)
    expect(body.data[0].total.calls).toBe(0)
    const of = (part: { groups: Group[]; rest: Figures | null }) =>
      part.groups.reduce((calls, group) => calls + group.calls, part.rest?.calls ?? 0)
    for (const part of body.data) expect(of(part)).toBe(part.total.calls)
  })

  test('more intervals than fit into an answer are refused by name', async () => {
    const { status, body } = await scene.ask('/admin/usage/series', { ...PERIOD, interval: 'minute' })
    expect([status, body.error.param]).toEqual([400, 'interval'])
  })
})
