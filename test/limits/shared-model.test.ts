import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { nothing } from '../../plugins/limits/counting/amounts.ts'
import { createLedger, type Ledger } from '../../plugins/limits/counting/ledger.ts'
import { type Claim, type Held, heldOf, runningOf, usedOf } from '../../plugins/limits/counting/pot.ts'
import { createShared } from '../../plugins/limits/counting/shared.ts'
import { createConnection } from '../../plugins/redis/connection.ts'
import { describeWithRedis, type RedisServer, startRedis } from '../redis/server.ts'
import { limit } from './limit.ts'

setDefaultTimeout(60_000)

/** Two gateways that share a Redis decide as one would that counts in its memory. */

const limits = [
  limit('calls', { requests: 6, tokens: 200 }),
  limit('money', { per: 'day', cost: 500 }),
  limit('at-once', { concurrent: 3, timeZone: 'Asia/Kolkata', per: 'hour' }),
]

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const amounts = fc.record({ requests: fc.constant(1), tokens: fc.nat(60), cost: fc.nat(60) })
const take = fc.record({
  kind: fc.constant('take' as const),
  gateway: fc.nat(1),
  wanted: amounts,
  limits: fc.subarray(limits, { minLength: 1 }),
})
const end = fc.record({
  kind: fc.constant('end' as const),
  which: fc.nat(10),
  used: fc.option(amounts, { nil: undefined }),
})
const wait = fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40_000) })
const step = fc.oneof(
  { arbitrary: take, weight: 10 },
  { arbitrary: end, weight: 8 },
  { arbitrary: wait, weight: 1 },
)

/** A call under way: where it is counted in Redis, and what the model holds for it. */
interface Running {
  readonly ledger: Ledger
  readonly held: readonly Held[]
  readonly modelled: readonly Held[]
}

function finish(ledger: Ledger, held: readonly Held[], used = nothing): void {
  ledger.giveBack(held)
  for (const each of held) ledger.charge(each, used)
}

describeWithRedis('with a Redis in common', () => {
  let redis: RedisServer
  let runs = 0
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  test('two gateways decide as one would that counts alone, whatever calls hold, use and give back', async () => {
    const { connection, connect, close } = createConnection({
      url: redis.url,
      timeout: 5000,
      log: silent,
      tally: { losses: 0 },
    })
    await connect()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async steps => {
        let at = Date.UTC(2026, 2, 4, 5, 6, 7)
        const now = () => at
        const prefix = `run-${runs++}:`
        const model = createLedger(now)
        const gateways = [0, 1].map(() => {
          const ledger = createLedger(now)
          return { ledger, shared: createShared({ ledger, connection, prefix, now, isStrict: true }) }
        })
        for (const { shared } of gateways) await shared.begin()
        const running: Running[] = []
        for (const each of steps) {
          if (each.kind === 'wait') at += each.ms
          else if (each.kind === 'end') {
            const [ended] = running.splice(each.which % (running.length || 1), 1)
            if (ended === undefined) continue
            finish(ended.ledger, ended.held, each.used)
            finish(model, ended.modelled, each.used)
            await Promise.resolve()
          } else {
            const { ledger, shared } = gateways[each.gateway]!
            const claims = each.limits.map((limit): Claim => ({ limit, member: '', amounts: each.wanted }))
            const [held, modelled] = [await shared.counter.hold(claims), model.hold(claims)]
            expect(
              'measure' in held && [held.limit.name, held.measure, usedOf(held.pot), heldOf(held.pot)],
            ).toEqual(
              'measure' in modelled && [
                modelled.limit.name,
                modelled.measure,
                usedOf(modelled.pot),
                heldOf(modelled.pot),
              ],
            )
            if (!('measure' in held) && !('measure' in modelled)) running.push({ ledger, held, modelled })
          }
        }
        for (const { shared } of gateways) {
          const pots = await shared.counter.look(limits.map(limit => ({ limit, member: '' })))
          for (const [i, pot] of pots.entries()) {
            const expected = model.pot(limits[i]!, '')
            expect([usedOf(pot), heldOf(pot), runningOf(pot)]).toEqual([
              usedOf(expected),
              heldOf(expected),
              runningOf(expected),
            ])
          }
        }
        for (const { shared } of gateways) await shared.end()
      }),
      { numRuns: 300 },
    )
    close()
  })
})
