import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { nothing } from '../../plugins/limits/counting/amounts.ts'
import { createLedger } from '../../plugins/limits/counting/ledger.ts'
import type { Held, Shortage } from '../../plugins/limits/counting/pot.ts'
import type { Limit } from '../../plugins/limits/model.ts'
import { createLine, type Place } from '../../plugins/limits/queue/line.ts'
import type { Granted, Ticket } from '../../plugins/limits/queue/model.ts'
import { createQueue } from '../../plugins/limits/queue/queue.ts'
import { Refusal } from '../../src/errors.ts'
import { limit } from './limit.ts'

const place = fc.record({
  names: fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('x', 'y', 'z')),
  isFirst: fc.boolean(),
})
const lined = (places: readonly Omit<Place, 'number'>[]) => {
  const line = createLine<Place>()
  const all = places.map((each, number) => ({ ...each, number }))
  for (const each of all) line.add(each)
  return { line, all }
}
function takeAll(line: ReturnType<typeof createLine<Place>>): Place[] {
  const taken: Place[] = []
  for (let next = line.next(); next !== undefined; next = line.next()) {
    line.take(next)
    taken.push(next)
  }
  return taken
}

test('a line loses nobody, and lets those of one name in as they came', () => {
  fc.assert(
    fc.property(fc.array(place), places => {
      const { line, all } = lined(places)
      expect(line.size).toBe(all.length)
      const taken = takeAll(line)
      expect(line.size).toBe(0)
      expect(taken.toSorted((a, b) => a.number - b.number)).toEqual(all)
      for (const own of Map.groupBy(taken, ({ names, isFirst }) => `${names} ${isFirst}`).values())
        expect(own).toEqual(own.toSorted((a, b) => a.number - b.number))
    }),
  )
})

test('no group has a second turn while another one waits for its first', () => {
  fc.assert(
    fc.property(fc.array(place), places => {
      const taken = takeAll(lined(places.map(each => ({ ...each, isFirst: false }))).line)
      for (let i = 1; i < taken.length; i++) {
        const rest = new Set(taken.slice(i).map(({ names }) => names[0]))
        if (rest.size > 1) expect(taken[i]!.names[0]).not.toBe(taken[i - 1]!.names[0])
      }
    }),
  )
})

const all = (...names: [string, string][]) => names.map(names => ({ names, isFirst: false }))

test('who names many paths below its own has no more turns than others, and its paths take turns', () => {
  const { line } = lined(all(['a', 'x'], ['a', 'x'], ['a', 'y'], ['a', 'z'], ['b', 'b'], ['b', 'b']))
  expect(takeAll(line).map(({ names }) => names[1])).toEqual(['x', 'b', 'y', 'b', 'z', 'x'])
})

test('who has the most in line makes room for who has less, and nobody for who has as many', () => {
  const { line, all: places } = lined(all(['a', 'x'], ['a', 'y'], ['a', 'y'], ['b', 'b'], ['b', 'b']))
  const isFirst = false
  expect(line.yielding({ names: ['c', 'c'], isFirst })).toBe(places[2])
  expect(line.yielding({ names: ['b', 'b'], isFirst })).toBeUndefined()
  // Nor by another path of its own that has none; but for another path its own ones do.
  expect(line.yielding({ names: ['b', 'new'], isFirst })).toBe(places[4])
  line.remove(places[2]!)
  expect(line.yielding({ names: ['a', 'x'], isFirst })).toBeUndefined()
})

test('who goes first takes the place of one that does not, and never the other way round', () => {
  const { line, all: places } = lined([
    ...all(['a', 'x'], ['b', 'b']),
    ...all(['p', 'p'], ['p', 'p'], ['p', 'p']).map(each => ({ ...each, isFirst: true })),
  ])
  expect(line.yielding({ names: ['p', 'p'], isFirst: true })).toBe(places[0])
  expect(line.yielding({ names: ['c', 'c'], isFirst: false })).toBeUndefined()
})

test('who goes first has four turns in a row, and not five, while others wait', () => {
  fc.assert(
    fc.property(fc.array(place), places => {
      const taken = takeAll(lined(places).line)
      for (let i = 0; i + 5 <= taken.length; i++) {
        const isOver = !taken.slice(i).some(({ isFirst }) => !isFirst)
        if (!isOver) expect(taken.slice(i, i + 5).every(({ isFirst }) => isFirst)).toBe(false)
      }
      for (let i = 1; i < taken.length; i++)
        if (!taken[i]!.isFirst && !taken[i - 1]!.isFirst)
          expect(taken.slice(i).some(({ isFirst }) => isFirst)).toBe(false)
    }),
  )
})

test('who leaves takes nobody else along, and costs its group no turn', () => {
  const { line, all: places } = lined(all(['a', 'a'], ['a', 'a'], ['b', 'b']))
  line.remove(places[0]!)
  line.remove(places[0]!)
  expect(line.size).toBe(2)
  expect(takeAll(line)).toEqual([places[1]!, places[2]!])
})

test('room that comes for somebody who has just left is given back', async () => {
  const ledger = createLedger(() => 1000)
  const queue = createQueue(ledger, () => 1000)
  const own = limit('a', { concurrent: 1, wait: 60_000 })
  const claims = [{ limit: own, member: '', amounts: nothing }]
  const held = ledger.hold(claims) as readonly Held[]
  const shortage = ledger.hold(claims) as Shortage
  const ticket = queue.join({
    options: [{ option: { target: { provider: 'p', model: 'm', via: [] }, claims: () => claims }, shortage }],
    userPath: '/a',
    holder: '/a',
    async hold(claims) {
      const found = ledger.hold(claims)
      if (!('measure' in found)) ticket.leave(new Refusal('client_closed', 'gone'))
      return found
    },
  })
  ledger.giveBack(held)
  await expect(ticket.room).rejects.toThrow('gone')
  await Bun.sleep(0)
  expect(ledger.pot(own, '')).toMatchObject({ running: 0, waiting: 0 })
})

/** A call at a target of the queue's own limits. */
interface Call {
  readonly ticket: Ticket | undefined
  held: readonly Held[] | undefined
  refused: boolean
}

test('whatever calls come, go and leave, no limit is overrun, nobody is forgotten, and nothing is held in the end', async () => {
  const limits: readonly Limit[] = [
    limit('a', { concurrent: 2, wait: 60_000, queue: 5 }),
    limit('b', { concurrent: 1, wait: 60_000, queue: 5 }),
  ]
  const step = fc.record({
    act: fc.constantFrom('come', 'come', 'go', 'leave'),
    needs: fc.constantFrom([0], [1], [0, 1], [1, 0]),
    group: fc.constantFrom('/a', '/b'),
    which: fc.nat(100),
    isLooked: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const ledger = createLedger(() => 1000)
      const queue = createQueue(ledger, () => 1000)
      const calls = new Set<Call>()
      const settle = () => Bun.sleep(0)

      function come(needs: readonly number[], group: string): void {
        const claims = needs.map(i => ({ limit: limits[i]!, member: '', amounts: nothing }))
        const found = queue.busy(claims) ?? ledger.hold(claims)
        if (!('measure' in found)) return void calls.add({ ticket: undefined, held: found, refused: false })
        const option = { target: { provider: 'p', model: 'm', via: [] }, claims: () => claims }
        try {
          const ticket = queue.join({
            options: [{ option, shortage: found }],
            userPath: group as '/a',
            holder: group,
            // As where others are asked, too.
            hold: async claims => ledger.hold(claims),
          })
          const call: Call = { ticket, held: undefined, refused: false }
          calls.add(call)
          ticket.room.then(
            ({ held }: Granted) => {
              call.held = held
            },
            () => {
              call.refused = true
            },
          )
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
          expect(found.pot.waiting).toBe(5)
        }
      }

      async function check(): Promise<void> {
        await settle()
        for (const each of limits) {
          const pot = ledger.pot(each, '')
          expect(pot.running).toBeLessThanOrEqual(each.concurrent!)
          expect(pot.waiting).toBeLessThanOrEqual(10)
        }
        const waiting = [...calls].filter(({ held, refused }) => held === undefined && !refused)
        // Nobody waits for nothing.
        const running = limits.map(each => ledger.pot(each, '').running === each.concurrent)
        if (waiting.length > 0) expect(running).toContain(true)
        expect(queue.waiting().reduce((sum, [, count]) => sum + count, 0)).toBe(waiting.length)
      }

      const pick = (all: readonly Call[], which: number) => all[which % Math.max(1, all.length)]
      for (const { act, needs, group, which, isLooked } of steps) {
        if (act === 'come') come(needs, group)
        const held = pick(
          [...calls].filter(({ held }) => held !== undefined),
          which,
        )
        if (act === 'go' && held !== undefined) {
          ledger.giveBack(held.held!)
          calls.delete(held)
        }
        const standing = pick(
          [...calls].filter(({ held }) => held === undefined),
          which,
        )
        if (act === 'leave') standing?.ticket?.leave(new Refusal('client_closed', 'gone'))
        if (isLooked) await check()
      }
      await check()
      // Each that is done lets others in, until nobody is left.
      for (let rest = [...calls]; rest.length > 0; rest = [...calls]) {
        const done = rest.filter(({ held, refused }) => held !== undefined || refused)
        expect(done.length).toBeGreaterThan(0)
        for (const call of done) {
          if (call.held !== undefined) ledger.giveBack(call.held)
          calls.delete(call)
        }
        await check()
      }
      expect(queue.waiting()).toEqual([])
    }),
    { numRuns: 300 },
  )
})
