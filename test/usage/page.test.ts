import { describe, expect, test } from 'bun:test'
import { addressOf, chipsOf, readFilters, toApiQuery } from '../../plugins/usage/page/address.ts'
import { ticksFor, toChart } from '../../plugins/usage/page/chart.ts'
import { costOf } from '../../plugins/usage/page/figures.ts'
import { narrowTo, readGroupKind } from '../../plugins/usage/page/groups.ts'
import { triesOf } from '../../plugins/usage/page/requests/timeline.tsx'
import { readSpan } from '../../plugins/usage/page/span.ts'
import { NOTHING } from '../../plugins/usage/report/figures.ts'
import type { Row } from '../../plugins/usage/report/log.ts'
import { toBuckets } from '../../plugins/usage/report/period.ts'
import { compact, duration, money, moneyTick, percent } from '../../views/format.ts'
import { Delta } from '../../views/stat.tsx'

/** What the pages of the usage compute before they draw. */

const clockAt = (time: string) => ({ now: () => Date.parse(time), keptSince: () => 0 })
const spanOf = (query: string, now = '2027-03-10T14:30:20Z') =>
  readSpan(new URLSearchParams(query), clockAt(now))
const iso = ({ from, to }: { readonly from: number; readonly to: number }) =>
  [from, to].map(at => new Date(at).toISOString())

describe('numbers', () => {
  test.each([
    [null, 'not known'],
    [0, '$0'],
    [1, '$0.000000001'],
    [1234, '$0.00000123'],
    [12_300_000, '$0.0123'],
    [999_999_999, '$1.00'],
    [1_234_567_890_000, '$1,234.57'],
  ])('money of %p nano-dollars is %p', (nano, text) => expect(money(nano)).toBe(text))

  test.each([
    [9999, '9,999'],
    [10_000, '10 k'],
    [999_949, '1 M'],
    [1_249_000, '1.2 M'],
    [2.5e12, '2.5 T'],
  ])('%p is said as %p', (value, text) => expect(compact(value)).toBe(text))

  test.each([
    [null, 'not known'],
    [840, '840 ms'],
    [999.6, '1.00 s'],
    [9996, '10.0 s'],
    [59_960, '1 min 0 s'],
    [3_599_600, '1 h 0 min'],
  ])('%p milliseconds are said as %p', (ms, text) => expect(duration(ms)).toBe(text))

  test('an arrow points only from a figure that reads otherwise', () => {
    const change = (before: number, now: number) =>
      String(Delta({ before, now, against: 'the day before', more: 'bad', say: percent }))
    expect(change(0.201, 0.204)).toBe('<span class="delta">as in the day before</span>')
    expect(change(0.201, 0.206)).toContain('▲ from 20 %')
    expect(change(0.206, 0.201)).toContain('▼ from 21 %')
  })

  test('a share that is nearly nothing, or nearly all, is not said to be', () =>
    expect([0, 0.0004, 0.9996, 1, 8.86].map(percent)).toEqual([
      '0 %',
      '< 0.1 %',
      '> 99.9 %',
      '100 %',
      '886 %',
    ]))

  test('ticks of money have as many places as their step, all of them', () =>
    expect([0, 25_000_000, 50_000_000].map((value, _, all) => moneyTick(value, all))).toEqual([
      '$0',
      '$0.025',
      '$0.050',
    ]))

  test.each([
    [0, true, [0, 1]],
    [1, true, [0, 1]],
    [3, true, [0, 1, 2, 3]],
    [97, true, [0, 25, 50, 75, 100]],
    [0.7, false, [0, 0.2, 0.4, 0.6, 0.8]],
  ])('bars up to %p get ticks that are round and hold them', (most, isWhole, ticks) =>
    expect(ticksFor(most, isWhole).map(tick => Math.round(tick * 1e6) / 1e6)).toEqual(ticks),
  )

  test('what is used without a price has a cost that is not known, not one of zero', () => {
    expect(costOf({ ...NOTHING, calls: 2, unpriced: 2 })).toBeNull()
    expect(costOf({ ...NOTHING, calls: 3, unpriced: 1, unknown: 1, priced: 1 })).toBeNull()
    expect(costOf({ ...NOTHING, calls: 3, unpriced: 2, priced: 1, cost_nano: 5 })).toBe(5)
    expect(costOf(NOTHING)).toBe(0)
  })
})

describe('time', () => {
  test('today begins at midnight of the place, and is compared with yesterday until this time', () => {
    const span = spanOf('range=today&time_zone=Asia/Kolkata')
    expect(iso(span.period)).toEqual(['2027-03-09T18:30:00.000Z', '2027-03-10T14:31:00.000Z'])
    expect(iso(span.before)).toEqual(['2027-03-08T18:30:00.000Z', '2027-03-09T14:31:00.000Z'])
    expect(new Date(span.end).toISOString()).toBe('2027-03-10T18:30:00.000Z')
  })

  test('yesterday is the whole day before, by the clocks of the place, also where it had 23 hours', () => {
    const span = spanOf('range=yesterday&time_zone=Europe/Zurich', '2027-03-29T10:00:00Z')
    expect(iso(span.period)).toEqual(['2027-03-27T23:00:00.000Z', '2027-03-28T22:00:00.000Z'])
    expect(iso(span.before)[0]).toBe('2027-03-26T23:00:00.000Z')
  })

  test('a month is compared with as much of the one before, and never with itself', () => {
    const span = spanOf('range=month', '2027-03-31T12:00:00Z')
    expect(iso(span.before)).toEqual(['2027-02-01T00:00:00.000Z', '2027-03-01T00:00:00.000Z'])
    expect(new Date(span.end).toISOString()).toBe('2027-04-01T00:00:00.000Z')
  })

  test('a time that is written down goes by the clocks of its place', () => {
    const span = spanOf('from=2027-03-01T08:00&to=2027-03-01T10:00&time_zone=Europe/Zurich')
    expect(iso(span.period)).toEqual(['2027-03-01T07:00:00.000Z', '2027-03-01T09:00:00.000Z'])
    expect(iso(span.before)).toEqual(['2027-03-01T05:00:00.000Z', '2027-03-01T07:00:00.000Z'])
    expect([span.preset, span.interval]).toEqual(['custom', '5m'])
  })

  test.each(['from=soon', 'to=2027-13-01', 'from=2027-03-02&to=2027-03-01', 'time_zone=Mars/Olympus'])(
    'what cannot be understood is said, and the last 24 hours stand in: %p',
    query => {
      const span = spanOf(query)
      expect(span.mistakes).toHaveLength(1)
      expect(iso(span.period)).toEqual(['2027-03-09T14:30:00.000Z', '2027-03-10T14:31:00.000Z'])
    },
  )

  test('any length of time is cut into a number of bars that can be seen', () => {
    for (const days of [0.01, 0.2, 1, 3, 9, 40, 100, 400, 3000, 40_000]) {
      const to = Date.parse('2100-01-01T00:00:00Z')
      const from = Math.max(0, to - days * 86_400_000)
      const query = new URLSearchParams({
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
      })
      const span = readSpan(query, clockAt('2100-01-01T00:00:00Z'))
      const { buckets } = toBuckets(span.period, { interval: span.interval, time_zone: 'UTC' }, 0)
      expect(buckets.length).toBeLessThanOrEqual(131)
      expect(buckets.length).toBeGreaterThan(1)
    }
  })

  test('an interval that is not over is marked, and those that have not begun have their place', () => {
    const span = spanOf('range=today')
    const { buckets } = toBuckets(span.period, { interval: 'hour', time_zone: 'UTC' }, 0)
    const series = buckets.map(() => ({
      sums: { ...NOTHING, calls: 3 },
      groups: [{ group: ['one'], sums: { ...NOTHING, calls: 2 } }],
      rest: { ...NOTHING, calls: 1 },
    }))
    const chart = toChart({ span, buckets, series, groups: ['one'], measure: 'calls' })
    const states = chart.slots.map(({ state }) => state)
    expect(states).toEqual([
      ...new Array<'whole'>(14).fill('whole'),
      'part',
      ...new Array<'ahead'>(9).fill('ahead'),
    ])
    expect(chart.slots[0]!.pieces).toEqual([
      { series: 0, value: 2 },
      { series: 6, value: 1 },
    ])
    const late = spanOf('range=today', '2027-03-10T14:59:30Z')
    const whole = toBuckets(late.period, { interval: 'hour', time_zone: 'UTC' }, 0)
    const { slots, ticks } = toChart({
      ...{ span: late, buckets: whole.buckets, series: [], groups: [], measure: 'cost' },
    })
    expect(slots[14]!.state).toBe('part')
    // Where nothing cost anything.
    expect(ticks.map(tick => moneyTick(tick, ticks))).toEqual(['$0', '$0.25', '$0.50', '$0.75', '$1.00'])
    expect(chart.labels.map(({ index }) => index)).toEqual([0, 3, 6, 9, 12, 15, 18, 21])
  })
})

describe('addresses', () => {
  const read = (query: string) => readFilters(new URLSearchParams(query))

  test('an empty field asks for nothing, and `without` for what has none', () => {
    const { asked, filters } = read('model=&provider=openai&without=virtual_model,key,nonsense')
    expect(asked).toEqual({ provider: 'openai', without: 'virtual_model,key' })
    expect(filters).toEqual({ provider: 'openai', virtual_model: '', key: '' })
    expect(toApiQuery(asked)).toBe('provider=openai&virtual_model=&key=')
  })

  test('what is no filter is left out, and said', () => {
    const { asked, mistakes } = read('status=9xx&label=team&failed=perhaps&path=/a')
    expect(asked).toEqual({ path: '/a' })
    expect(mistakes).toHaveLength(3)
  })

  test('names with signs of addresses and of markup come back as they went', () => {
    const name = '"><b>&a=b#c?d/é'
    const address = addressOf('/dashboard/usage', { model: name }, { by: 'path', show: '' })
    expect(read(address.slice(address.indexOf('?'))).filters).toEqual({ model: name })
    expect(address).not.toContain('show')
    expect(chipsOf('/x', { model: name })).toEqual([{ name: 'Model', value: name, href: '/x' }])
  })

  test('to look at one group keeps what was asked for, and takes back what would contradict it', () => {
    const asked = { without: 'model,key', path: '/a' }
    expect(narrowTo(readGroupKind('model'), 'gpt', asked)).toEqual({ model: 'gpt', without: 'key' })
    expect(narrowTo(readGroupKind('provider'), '', asked)).toEqual({
      provider: '',
      without: 'model,key,provider',
    })
    expect(narrowTo(readGroupKind('label:team'), 'a=b', asked)).toEqual({ label: 'team=a=b' })
    expect(readGroupKind('constructor').name).toBe('model')
  })
})

test('tries stand behind each other, and the last one goes on to the end of the answer', () => {
  const attempt = (code: string | null, ms: number) => ({
    provider: 'p',
    model: 'm',
    status: code === null ? 200 : 503,
    code,
    ms,
  })
  const row = {
    attempts: [attempt('upstream_error', 300), attempt(null, 500)],
    code: null,
    totalMs: 2000,
    firstByteMs: 900,
    streamed: true,
  } as unknown as Row
  expect(triesOf(row)).toEqual([
    {
      target: 'p/m',
      words: 'failed after 300 ms: upstream_error, status 503',
      stretches: [{ kind: 'failed', from: 0, ms: 300 }],
    },
    {
      target: 'p/m',
      words: 'first byte after 900 ms, done after 2.00 s',
      stretches: [
        { kind: 'waited', from: 300, ms: 600 },
        { kind: 'answered', from: 900, ms: 1100 },
      ],
    },
  ])
  expect(triesOf({ ...row, attempts: null })).toEqual([])
})
