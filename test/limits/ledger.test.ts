import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { add, nothing } from '../../plugins/limits/counting/amounts.ts'
import { createLedger } from '../../plugins/limits/counting/ledger.ts'
import { type Held, usedOf } from '../../plugins/limits/counting/pot.ts'
import { spanOf } from '../../plugins/limits/counting/window.ts'
import { type Limit, type Window, windows } from '../../plugins/limits/model.ts'
import { limit } from './limit.ts'

const amounts = fc.record({ requests: fc.constant(1), tokens: fc.nat(50), cost: fc.nat(50) })

test('whatever is held, charged and given back in whatever order, nothing held is left and no limit is overrun by holds', () => {
  const limits = [limit('a', { requests: 5, tokens: 100 }), limit('b', { cost: 120, concurrent: 3 })]
  const step = fc.record({ take: fc.boolean(), wanted: amounts, used: amounts, which: fc.nat(10) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const ledger = createLedger(() => 1000)
      const running: (readonly Held[])[] = []
      const claims = (wanted: typeof nothing) => limits.map(limit => ({ limit, member: '', amounts: wanted }))
      for (const { take, wanted, used, which } of steps) {
        if (take) {
          const held = ledger.hold(claims(wanted))
          if (!('measure' in held)) running.push(held)
        } else if (running.length > 0) {
          const [held] = running.splice(which % running.length, 1)
          ledger.giveBack(held!)
          // It never uses more than it held.
          for (const each of held!) {
            const most = each.claim.amounts
            ledger.charge(each, {
              requests: 1,
              tokens: Math.min(used.tokens, most.tokens),
              cost: Math.min(used.cost, most.cost),
            })
          }
        }
        for (const each of limits) {
          const pot = ledger.pot(each, '')
          const taken = add(usedOf(pot), pot.held)
          expect(taken.requests).toBeLessThanOrEqual(each.requests ?? Number.POSITIVE_INFINITY)
          expect(taken.tokens).toBeLessThanOrEqual(each.tokens ?? Number.POSITIVE_INFINITY)
          expect(taken.cost).toBeLessThanOrEqual(each.cost ?? Number.POSITIVE_INFINITY)
          expect(pot.running).toBe(running.length)
        }
      }
      for (const held of running) ledger.giveBack(held)
      for (const each of limits) expect(ledger.pot(each, '').held).toEqual(nothing)
    }),
  )
})

test('what cannot be stored is counted all the same, once', () => {
  const ledger = createLedger(() => 1000)
  const own = limit('a', { requests: 10 })
  const call = () => {
    const held = ledger.hold([{ limit: own, member: '', amounts: { ...nothing, requests: 1 } }])
    if ('measure' in held) throw new Error('no room')
    ledger.giveBack(held)
    ledger.charge(held[0]!, { ...nothing, requests: 1 })
  }
  call()
  const [first] = ledger.takeFresh()
  call()
  ledger.putBack(first!)
  expect(usedOf(ledger.pot(own, '')).requests).toBe(2)
  expect(ledger.takeFresh()).toMatchObject([{ limit: 'a', member: '', amounts: { requests: 2 } }])
  expect(ledger.takeFresh()).toEqual([])
})

test('a clock that is set back a little gives no window twice; one that was far ahead is forgotten', () => {
  let time = Date.UTC(2026, 0, 1, 12) - 10
  const ledger = createLedger(() => time)
  const own = limit('a', { requests: 2, per: 'minute' })
  const call = (): boolean => {
    const held = ledger.hold([{ limit: own, member: '', amounts: { ...nothing, requests: 1 } }])
    if ('measure' in held) return false
    ledger.giveBack(held)
    ledger.charge(held[0]!, { ...nothing, requests: 1 })
    return true
  }
  expect([call(), call(), call()]).toEqual([true, true, false])
  time += 20
  expect(call()).toBe(true)
  time -= 20
  expect([call(), call()]).toEqual([true, false])
  time += 20
  expect(call()).toBe(false)
  time -= 86_400_000
  expect(call()).toBe(true)
})

test('a call that runs over the edge of a window gives back what it held and counts in the new one', () => {
  let now = Date.UTC(2026, 0, 31, 23, 59, 59)
  const ledger = createLedger(() => now)
  const own = limit('a', { per: 'month', tokens: 100, concurrent: 1 })
  const held = ledger.hold([{ limit: own, member: '', amounts: { ...nothing, tokens: 80 } }])
  if ('measure' in held) throw new Error('no room')
  now += 1000
  expect(ledger.pot(own, '')).toMatchObject({ running: 1, held: { tokens: 80 } })
  ledger.giveBack(held)
  ledger.charge(held[0]!, { requests: 1, tokens: 30, cost: 0 })
  expect(ledger.pot(own, '')).toMatchObject({ running: 0, held: nothing, fresh: { tokens: 30 }, start: now })
})

test('a call that began under another window of its limit is charged to the present one, and wipes nothing', () => {
  const at = Date.UTC(2026, 2, 4, 5, 6, 7)
  const ledger = createLedger(() => at)
  const minute = limit('a', { requests: 10 })
  const day: Limit = { ...minute, per: 'day' }
  const one = { ...nothing, requests: 1 }
  const holdOne = (limit: Limit) => {
    const held = ledger.hold([{ limit, member: '', amounts: one }])
    if ('measure' in held) throw new Error('no room')
    return held
  }
  const old = holdOne(minute)
  const held = holdOne(day)
  ledger.giveBack(held)
  ledger.charge(held[0]!, one)
  ledger.giveBack(old)
  ledger.charge(old[0]!, one)
  expect(usedOf(ledger.pot(day, '')).requests).toBe(2)
})

test('beyond the members that are told apart, whoever looks is told of the room that all others share', () => {
  const ledger = createLedger(() => 1000)
  const own = limit('a', { requests: 1, each: 'user_path' })
  const take = (member: string) => ledger.hold([{ limit: own, member, amounts: { ...nothing, requests: 1 } }])
  for (let i = 0; i < 50_000; i++) take(`/${i}`)
  take('/behind')
  expect(take('/later')).toMatchObject({ measure: 'requests' })
  expect(
    ledger.shortage({ limit: own, member: '/later', amounts: { ...nothing, requests: 1 } }),
  ).toMatchObject({
    measure: 'requests',
  })
})

test('a limit that is deleted and made again has used nothing, and counts the calls that are still under way', () => {
  const ledger = createLedger(() => 1000)
  const own = limit('a', { requests: 5, concurrent: 1 })
  const claims = [{ limit: own, member: '', amounts: { ...nothing, requests: 1 } }]
  const held = ledger.hold(claims) as readonly Held[]
  ledger.charge(held[0]!, { ...nothing, requests: 3 })
  const gone = ledger.hold([{ ...claims[0]!, limit: limit('b', { concurrent: 1 }) }]) as readonly Held[]
  expect(ledger.keepOnly(new Set()).map(({ limit }) => limit)).toEqual(['a', 'b'])
  // Whatever comes of a call, nobody asks what it used of a limit that is no more.
  ledger.giveBack(gone)
  ledger.charge(gone[0]!, { ...nothing, requests: 1 })
  expect(ledger.takeFresh()).toEqual([])
  ledger.keepOnly(new Set(['a']))
  expect(usedOf(ledger.pot(own, ''))).toEqual(nothing)
  expect(ledger.hold(claims)).toMatchObject({ measure: 'concurrent' })
  ledger.giveBack(held)
  ledger.charge(held[0]!, { ...nothing, requests: 1 })
  expect(ledger.hold(claims)).toBeArray()
  expect(usedOf(ledger.pot(own, '')).requests).toBe(1)
})

test('pots of windows that are over are let go of, but not while calls run', () => {
  let now = 0
  const ledger = createLedger(() => now)
  const own = limit('a', { requests: 10, each: 'key' })
  const claim = (member: string) => [{ limit: own, member, amounts: { ...nothing, requests: 1 } }]
  const held = ledger.hold(claim('running'))
  ledger.pot(own, 'idle')
  now = 61_000
  ledger.prune()
  if ('measure' in held) throw new Error('no room')
  expect(ledger.pot(own, 'running').running).toBe(1)
  ledger.giveBack(held)
  expect(ledger.potsOf(own)).toEqual([])
})

const zones = ['UTC', 'Europe/Zurich', 'America/Havana', 'Australia/Lord_Howe', 'Asia/Kolkata']

test('windows follow each other without a gap, and each moment lies in exactly one', () => {
  const at = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2100, 0) })
  fc.assert(
    fc.property(fc.constantFrom<Window>(...windows), fc.constantFrom(...zones), at, (per, timeZone, at) => {
      const window = { per, timeZone }
      const { start, end } = spanOf(window, at)
      expect(start <= at && at < end).toBe(true)
      expect(spanOf(window, end).start).toBe(end)
      expect(spanOf(window, start - 1).end).toBe(start)
    }),
  )
})

test('a limit that changes its time zone keeps what is used, and never shows more room than before', () => {
  const moment = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) })
  const zone = fc.constantFrom(...zones)
  fc.assert(
    fc.property(
      fc.constantFrom<Window>(...windows),
      fc.array(zone, { maxLength: 5 }),
      moment,
      (per, own, at) => {
        const ledger = createLedger(() => at)
        const one = { requests: 1, tokens: 0, cost: 0 }
        for (const [i, timeZone] of own.entries()) {
          const now = limit('a', { per, timeZone, requests: 100 })
          const held = ledger.hold([{ limit: now, member: '', amounts: one }])
          if ('measure' in held) throw new Error('no room')
          ledger.giveBack(held)
          ledger.charge(held[0]!, one)
          expect(ledger.pot(now, '')).toMatchObject({ ...spanOf(now, at), fresh: { requests: i + 1 } })
        }
      },
    ),
  )
})

test.each([
  ['minute', '2026-03-04T05:06:00.000Z', '2026-03-04T05:07:00.000Z'],
  ['hour', '2026-03-04T05:00:00.000Z', '2026-03-04T06:00:00.000Z'],
  ['day', '2026-03-04T00:00:00.000Z', '2026-03-05T00:00:00.000Z'],
  ['week', '2026-03-02T00:00:00.000Z', '2026-03-09T00:00:00.000Z'],
  ['month', '2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'],
] as const)('a %s of UTC is from %s to %s', (per, start, end) => {
  const span = spanOf({ per, timeZone: 'UTC' }, Date.UTC(2026, 2, 4, 5, 6, 7))
  expect([span.start, span.end].map(at => new Date(at).toISOString())).toEqual([start, end])
})

test.each([
  ['hour', 'Asia/Kolkata', '2026-03-04T05:06:07Z', '2026-03-04T10:00:00+05:30', 1],
  ['day', 'Europe/Zurich', '2026-03-29T12:00:00Z', '2026-03-29T00:00:00+01:00', 23],
  ['day', 'Europe/Zurich', '2026-10-25T12:00:00Z', '2026-10-25T00:00:00+02:00', 25],
  ['week', 'Europe/Zurich', '2026-03-25T12:00:00Z', '2026-03-23T00:00:00+01:00', 7 * 24 - 1],
  ['month', 'America/New_York', '2026-11-10T12:00:00Z', '2026-11-01T00:00:00-04:00', 30 * 24 + 1],
] as const)('a %s of %s at %s begins at %s and has %i hours', (per, timeZone, at, from, hours) => {
  const { start, end } = spanOf({ per, timeZone }, Date.parse(at))
  expect(start).toBe(Date.parse(from))
  expect((end - start) / 3_600_000).toBe(hours)
})
