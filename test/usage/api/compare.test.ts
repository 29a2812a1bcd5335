import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { binOf } from '../../../src/base/histogram.ts'
import { differenceOf, meanOf, quantileEstimate, rateOf, verdictOf } from '../../../src/base/statistics.ts'
import { openScene, type Scene } from './scene.ts'

describe('statistics', () => {
  // Newcombe (1998), table I and II: 81/263 and 56/70 against 48/80, published to four places.
  test('a rate, as published', () => {
    const { low, high } = rateOf(81, 263)
    expect([low!.toFixed(4), high!.toFixed(4)]).toEqual(['0.2553', '0.3662'])
    expect(rateOf(0, 20)).toMatchObject({ value: 0, low: 0 })
    expect(rateOf(0, 20).high!.toFixed(4)).toBe('0.1611')
  })

  test('a difference of two rates, as published', () => {
    const { value, low, high } = differenceOf(rateOf(56, 70), rateOf(48, 80))
    expect([value!.toFixed(4), low!.toFixed(4), high!.toFixed(4)]).toEqual(['0.2000', '0.0524', '0.3339'])
    expect(verdictOf(differenceOf(rateOf(56, 70), rateOf(48, 80)))).toBe('higher')
    expect(verdictOf(differenceOf(rateOf(48, 80), rateOf(56, 70)))).toBe('lower')
    expect(verdictOf(differenceOf(rateOf(5, 70), rateOf(6, 80)))).toBe('no difference can be told yet')
  })

  test('a difference of two means is the one of Welch', () => {
    const values = (n: number, f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i))
    const [a, b] = [values(100, i => 5 + (i % 10)), values(64, i => 3 + (i % 4))]
    const mean = (v: number[]) => v.reduce((x, y) => x + y) / v.length
    const variance = (v: number[]) => v.reduce((x, y) => x + (y - mean(v)) ** 2, 0) / (v.length - 1)
    const of = (v: number[]) =>
      meanOf(
        v.reduce((x, y) => x + y),
        v.reduce((x, y) => x + y * y, 0),
        v.length,
      )
    const half = 1.959964 * Math.sqrt(variance(a) / a.length + variance(b) / b.length)
    const { low, high } = differenceOf(of(a), of(b))
    expect(low!).toBeCloseTo(mean(a) - mean(b) - half, 5)
    expect(high!).toBeCloseTo(mean(a) - mean(b) + half, 5)
  })

  test('the interval of a quantile holds the true one in about 95 of 100 samples, never in far fewer', () => {
    let seed = 7
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed / 2_147_483_648
    }
    const truth = (share: number) => -1000 * Math.log(1 - share)
    for (const share of [0.5, 0.95]) {
      let hits = 0
      for (let i = 0; i < 400; i++) {
        const counts = new Map<number, number>()
        for (let n = 0; n < 300; n++) {
          const bin = binOf(truth(random()))
          counts.set(bin, (counts.get(bin) ?? 0) + 1)
        }
        const { low, high } = quantileEstimate(counts, share)
        if (low! <= truth(share) && (high === null || truth(share) <= high)) hits++
      }
      expect(hits).toBeGreaterThan(0.93 * 400)
    }
  })

  test('intervals hold their value, are in order, and shrink with more calls', () => {
    const counts = fc.integer({ min: 1, max: 100_000 })
    fc.assert(
      fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
        const { value, low, high } = rateOf(Math.floor(all * share), all)
        expect(low!).toBeLessThanOrEqual(value! + 1e-12)
        expect(high!).toBeGreaterThanOrEqual(value! - 1e-12)
        const wide = rateOf(Math.floor(all * share), all)
        const narrow = rateOf(Math.floor(all * share) * 10, all * 10)
        expect(narrow.high! - narrow.low!).toBeLessThan(wide.high! - wide.low! + 1e-12)
      }),
    )
  })

  test('of nothing, nothing can be told', () => {
    const unknown = { value: null, low: null, high: null }
    expect([rateOf(0, 0), meanOf(0, 0, 0), quantileEstimate(new Map(), 0.5)]).toEqual([
      unknown,
      unknown,
      unknown,
    ])
    expect(verdictOf(differenceOf(rateOf(0, 0), rateOf(3, 9)))).toBe('no difference can be told yet')
  })
})

describe('GET /admin/virtual-models/compare', () => {
  let scene: Scene
  const put = (row: object) => scene.house.test.admin('PUT', '/admin/virtual-models', row)
  const targets = [{ model: 'openai/one' }, { model: 'openai/two' }]

  beforeAll(async () => {
    scene = await openScene({
      env: {
        MODEL_PRICES:
          '{"openai/one": {"input": 3, "output": 15}, "openai/two": {"input": 30, "output": 150}}',
      },
    })
    scene.at('2027-03-01T10:00:00Z')
    await put({ source: 'test', strategy: 'round_robin', session_affinity: false, failover: false, targets })
    await put({ source: 'falls', strategy: 'failover', session_affinity: false, targets })
    await put({ source: 'idle', target_model: 'openai/one', affinity: 'caller' })
    scene.house.mock.setPlan(({ json }) => (json?.model === 'two' ? { status: 500 } : undefined))
    scene.at('2027-03-02T10:00:00Z')
    for (let i = 0; i < 80; i++) await scene.call({ model: 'test' })
    scene.house.mock.setPlan(({ json }) => (json?.model === 'one' ? { status: 503 } : undefined))
    for (let i = 0; i < 10; i++) await scene.call({ model: 'falls' })
    scene.house.mock.reset()
    scene.at('2027-03-03T09:00:00Z')
    await put({
      source: 'test',
      description: 'no repointing',
      strategy: 'round_robin',
      session_affinity: false,
      failover: false,
      targets,
    })
    await put({ source: 'test', target_model: 'openai/one' })
    scene.at('2027-03-03T10:00:00Z')
    for (let i = 0; i < 60; i++) await scene.call({ model: 'test' })
    scene.at('2027-03-04T00:00:00Z')
  }, 60_000)
  afterAll(() => scene[Symbol.asyncDispose]())

  test('target against target: figures, intervals and a verdict', async () => {
    const { status, body } = await scene.ask('/admin/virtual-models/compare', {
      source: 'test',
      from: '2027-03-02',
      to: '2027-03-03',
      baseline: 'openai/one',
    })
    expect(status).toBe(200)
    const [one, two] = body.sides
    expect([one.name, one.requests, one.failures, two.name, two.requests, two.failures]).toEqual([
      'openai/one',
      40,
      0,
      'openai/two',
      40,
      40,
    ])
    expect(one.error_rate.value).toBe(0)
    expect(one.error_rate.high).toBeLessThan(0.1)
    expect(one.total_ms.p50.low).toBeLessThanOrEqual(one.total_ms.p50.value)
    expect(one.total_ms.p50.high).toBeGreaterThanOrEqual(one.total_ms.p50.value)
    expect(two.total_ms.p50).toEqual({ value: null, low: null, high: null })
    const [difference] = body.differences
    expect([difference.of, difference.to]).toEqual(['openai/two', 'openai/one'])
    expect(difference.error_rate.verdict).toBe('higher')
    expect(difference.error_rate.low).toBeGreaterThan(0.8)
    expect(difference.total_ms.p95.verdict).toBe('no difference can be told yet')
  })

  test('the cost of a request is that of the records', async () => {
    const { body } = await scene.ask('/admin/virtual-models/compare', {
      source: 'test',
      from: '2027-03-03',
      to: '2027-03-04',
    })
    const rows = (await scene.book.rows()).filter(
      row => row.virtualModel === 'test' && row.at > Date.parse('2027-03-03'),
    )
    const [side] = body.sides
    expect(side.requests).toBe(60)
    expect(side.cost_nano).toBe(rows.reduce((sum, { costNano }) => sum + costNano!, 0))
    expect(side.cost_per_request_nano.value).toBeCloseTo(side.cost_nano / 60, 3)
    expect(body.differences).toEqual([])
  })

  test('a target that always fails, and is always replaced, does not look well', async () => {
    const { body } = await scene.ask('/admin/virtual-models/compare', {
      source: 'falls',
      from: '2027-03-02',
      to: '2027-03-03',
    })
    const one = body.sides.find(({ name }: { name: string }) => name === 'openai/one')
    expect(one).toMatchObject({ requests: 0, tries: 10, failures: 10, error_rate: { value: 1 } })
    const two = body.sides.find(({ name }: { name: string }) => name === 'openai/two')
    expect(two).toMatchObject({ requests: 10, tries: 10, failures: 0 })
  })

  test('period against period, with the changes between them', async () => {
    const { body } = await scene.ask('/admin/virtual-models/compare', {
      source: 'test',
      from: '2027-03-03',
      to: '2027-03-04',
      against_from: '2027-03-02',
    })
    expect(body.against).toEqual({ from: '2027-03-02T00:00:00+00:00', to: '2027-03-03T00:00:00+00:00' })
    expect(
      body.sides.map(({ name, requests }: { name: string; requests: number }) => [name, requests]),
    ).toEqual([
      ['against', 80],
      ['period', 60],
    ])
    expect(body.differences[0].error_rate.verdict).toBe('lower')
    expect(
      body.markers.map(
        ({ action, fields, repoints }: { action: string; fields: string[]; repoints: boolean }) => [
          action,
          fields.includes('description'),
          repoints,
        ],
      ),
    ).toEqual([
      ['replace', true, false],
      ['replace', true, true],
    ])
    const { body: version } = await scene.ask(`/admin/history/${body.markers[1].id}`)
    expect(version.subject).toBe('test')
  })

  test('one target in two periods', async () => {
    const { body } = await scene.ask('/admin/virtual-models/compare', {
      source: 'test',
      target: 'openai/two',
      from: '2027-03-03',
      to: '2027-03-04',
      against_from: '2027-03-02',
    })
    expect(body.sides.map(({ requests }: { requests: number }) => requests)).toEqual([40, 0])
  })

  test('a redirect that nobody calls has no sides, and no faults', async () => {
    const { status, body } = await scene.ask('/admin/virtual-models/compare', { source: 'idle' })
    expect([status, body.sides, body.differences, body.unasked]).toEqual([200, [], [], 0])
  })

  test('who is given a target as it stands now', async () => {
    const assigned = async (source: string) =>
      (await scene.ask('/admin/virtual-models/compare', { source })).body.assigned_by
    expect(await Promise.all(['idle', 'test', 'falls', 'gone'].map(assigned))).toEqual([
      'caller',
      'session',
      'call',
      null,
    ])
  })
})
