import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { SPANS } from '../../../plugins/usage/model.ts'
import { cover, snap } from '../../../plugins/usage/report/cover.ts'
import { intervals, parseMoment, startsOf, toLocalText } from '../../../src/base/calendar.ts'

const zones = [
  'UTC',
  'Europe/Zurich',
  'America/New_York',
  'America/Havana',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Africa/Casablanca',
]
const moment = fc.integer({ min: Date.parse('1995-01-01'), max: Date.parse('2035-01-01') })

/** What a clock on the wall shows, by another library than the one under test. */
function wallOf(at: number, timeZone: string): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  }).format(at)
  const [day, time] = parts.split(', ') as [string, string]
  return { day, time }
}

describe('startsOf()', () => {
  test('intervals follow each other without a gap, and hold the period', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...intervals),
        moment,
        fc.integer({ min: 1, max: 3 * 3_600_000 }),
        (zone, interval, from, length) => {
          const starts = startsOf(interval, zone, { from, to: from + length }, 1000)!
          expect(starts[0]).toBeLessThanOrEqual(from)
          for (const [i, start] of starts.entries()) if (i > 0) expect(start).toBeGreaterThan(starts[i - 1]!)
          expect(starts.at(-1)!).toBeLessThan(from + length)
          // It does not matter at which moment of it an interval is looked up.
          const again = startsOf(interval, zone, { from: starts.at(-1)!, to: starts.at(-1)! + 1 }, 10)
          expect(again).toEqual([starts.at(-1)!])
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('a day is what the wall calls a day', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), moment, (zone, from) => {
        const to = from + 40 * SPANS.day
        const starts = startsOf('day', zone, { from, to }, 100)!
        for (const [i, start] of starts.entries()) {
          const end = starts[i + 1]
          if (end === undefined) break
          expect(wallOf(start, zone).day).toBe(wallOf(end - 1000, zone).day)
          expect(wallOf(start - 1000, zone).day).not.toBe(wallOf(start, zone).day)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('an hour begins at a full hour, or when the clocks change', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), moment, (zone, from) => {
        const starts = startsOf('hour', zone, { from, to: from + 30 * SPANS.hour }, 100)!
        for (const start of starts) {
          const isFull = wallOf(start, zone).time.endsWith(':00:00')
          const hasChanged = toLocalText(start, zone).slice(19) !== toLocalText(start - 1000, zone).slice(19)
          expect(isFull || hasChanged).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('the days on which Zurich changes its clocks have 23 and 25 hours', () => {
    const hours = (day: string) => {
      const [from, to] = startsOf(
        'day',
        'Europe/Zurich',
        { from: Date.parse(`${day}T12:00Z`), to: Date.parse(`${day}T12:00Z`) + SPANS.day },
        10,
      ) as [number, number]
      return (to - from) / SPANS.hour
    }
    expect([hours('2027-03-27'), hours('2027-03-28'), hours('2027-10-31')]).toEqual([24, 23, 25])
  })

  test('weeks begin on Monday, quarters with January, April, July and October', () => {
    const period = { from: Date.parse('2027-05-19T10:00Z'), to: Date.parse('2027-05-19T11:00Z') }
    const first = (interval: 'week' | 'month' | 'quarter' | 'year') =>
      toLocalText(startsOf(interval, 'UTC', period, 2)![0]!, 'UTC').slice(0, 10)
    expect([first('week'), first('month'), first('quarter'), first('year')]).toEqual([
      '2027-05-17',
      '2027-05-01',
      '2027-04-01',
      '2027-01-01',
    ])
  })

  test('says so when there are too many', () => {
    expect(startsOf('minute', 'UTC', { from: 0, to: SPANS.day }, 1439)).toBe(undefined)
    expect(startsOf('minute', 'UTC', { from: 0, to: SPANS.day }, 1440)?.length).toBe(1440)
  })
})

describe('cover()', () => {
  const minute = fc.integer({ min: 0, max: 200 * 1440 }).map(count => count * SPANS.minute)

  test('counts every minute of a range once, and no other', () => {
    fc.assert(
      fc.property(minute, minute, (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        // A step function: what is added at its border is taken away at the other one.
        const steps = new Map<number, number>()
        const step = (at: number, by: number) => steps.set(at, (steps.get(at) ?? 0) + by)
        const segments = cover({ from, to })
        for (const { sign, span, from, to } of segments) {
          expect([from % span, to % span]).toEqual([0, 0])
          step(from, sign)
          step(to, -sign)
        }
        const left = [...steps].filter(([, by]) => by !== 0).sort(([a], [b]) => a - b)
        expect(left).toEqual(
          from === to
            ? []
            : [
                [from, 1],
                [to, -1],
              ],
        )
      }),
      { numRuns: 2000 },
    )
  })

  test('a month of Zurich takes its days and some hours, not its hours', () => {
    const range = { from: Date.parse('2027-03-01T00:00+01:00'), to: Date.parse('2027-04-01T00:00+02:00') }
    const rows = cover(range).reduce((sum, { from, to, span }) => sum + (to - from) / span, 0)
    expect(rows).toBeLessThan(40)
  })

  test('where minutes are not kept any longer, a moment becomes its hour', () => {
    const kept = Date.parse('2027-03-01T00:00Z')
    expect(snap(kept - 1, kept)).toBe(kept - SPANS.hour)
    expect(snap(kept + 90_001, kept)).toBe(kept + SPANS.minute)
  })
})

describe('parseMoment()', () => {
  test.each([
    ['2027-03-28', '2027-03-27T23:00:00.000Z'],
    ['2027-03-29', '2027-03-28T22:00:00.000Z'],
    ['2027-03-28T02:30', '2027-03-28T01:30:00.000Z'],
    ['2027-03-28T02:30:00Z', '2027-03-28T02:30:00.000Z'],
    ['2027-03-28T02:30:00+05:30', '2027-03-27T21:00:00.000Z'],
    ['2027-03-28T02:30:00 05:30', '2027-03-27T21:00:00.000Z'],
  ])('reads "%s"', (text, expected) =>
    expect(new Date(parseMoment(text, 'Europe/Zurich')!).toISOString()).toBe(expected),
  )

  test.each([
    '',
    'now',
    '0',
    '12',
    '1e9',
    '2027',
    '2027-13-01',
    '2027-02-30',
    '9999-01-01',
    '-1',
    'NaN',
    '2027-01-01[x]',
  ])('refuses "%s"', text => expect(parseMoment(text, 'UTC')).toBe(undefined))
})
