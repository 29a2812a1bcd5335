import { randomToken } from '../../../src/base/runtime.ts'
import { refuse } from '../../../src/errors.ts'
import type { Connection } from '../../redis/model.ts'
import type { Limit } from '../model.ts'
import { add, nothing } from './amounts.ts'
import { type Counter, createLocal } from './counter.ts'
import type { Ledger } from './ledger.ts'
import { type Entry, fromAnswer, type Told, toArguments } from './message.ts'
import {
  type Change,
  type Claim,
  type Held,
  type Mirror,
  nobody,
  type Place,
  type Pot,
  type Shortage,
} from './pot.ts'
import { type Act, FORGET, SCRIPT } from './script.ts'

interface Options {
  readonly ledger: Ledger
  readonly connection: Connection
  /** What all keys begin with. */
  readonly prefix: string
  readonly now: () => number
  /** While Redis is away calls that a limit speaks of are refused, instead of counted here alone. */
  readonly isStrict: boolean
}

/** What this gateway holds in Redis, from one connection to its loss. */
interface Session {
  readonly id: string
  /** The one before it, which may be gone without having said so. */
  readonly former: string | undefined
  /** Redis knows it, and all that calls under way hold. */
  isReady: boolean
}

/** Pots that are looked at, or told of, at once: a moment for Redis. */
const BATCH = 200
const untouched = (limit: string, pot: Pot): Entry => ({ limit, pot, change: { ...nobody, used: nothing } })

/**
 * Counts over all gateways, in Redis. The ledger goes on counting what happens here, and what it counts is mirrored: so
 * that this gateway can decide alone when Redis is away, and tell a Redis that has forgotten everything.
 */
export function createShared({ ledger, connection, prefix, now, isStrict }: Options) {
  const local = createLocal(ledger)
  const run = connection.script(SCRIPT)
  const forget = connection.script(FORGET)
  // In a cluster all keys of a call have to be in one place: what stands between braces says where.
  const gateways = `${prefix}{limits}:gateways`
  const keyOf = ({ limit, member }: Place) => `${prefix}{limits}:${JSON.stringify([limit, member])}`
  let session: Session | undefined
  /** The last one that Redis may still know. */
  let former: string | undefined
  const untold = new Map<Pot, { readonly limit: string; readonly change: Change }>()
  let next = 0

  const mirror: Mirror = (limit, pot, change) => {
    // What a call gives back and what it has used come in the same moment, and must arrive together.
    if (untold.size === 0) queueMicrotask(tell)
    const before = untold.get(pot)?.change
    untold.set(pot, { limit, change: before === undefined ? change : sum(before, change) })
  }

  function tell(): void {
    if (session === undefined || untold.size === 0) return
    const entries = [...untold].map(([pot, { limit, change }]) => ({ limit, pot, change }))
    untold.clear()
    void count(session, 'count', entries)
  }

  function leave(): void {
    session = undefined
    untold.clear()
    if (ledger.isReflected(mirror)) ledger.reflect(undefined)
  }

  /** What Redis says; undefined where it says nothing that counts any more. */
  async function count(own: Session, act: Act, entries: readonly Entry[]): Promise<Told | undefined> {
    const keys = entries.map(({ limit, pot }) => keyOf({ limit, member: pot.member }))
    const args = toArguments(
      { gateway: own.id, act, now: now(), former: act === 'begin' ? own.former : undefined },
      entries,
    )
    // Why it says nothing is told by the connection.
    const answer = await run([gateways, ...keys], args).catch(() => undefined)
    if (session !== own) return undefined
    if (answer === undefined) return void leave()
    const told = fromAnswer(answer)
    if (told === undefined) return void begin()
    for (const [i, shared] of told.pots.entries()) ledger.hear(entries[i]!.pot, shared)
    return told
  }

  /** Redis may know nothing of us, or what was true once: it is told what calls under way hold, by a new name. */
  async function begin(): Promise<void> {
    const own = { id: randomToken(9), former, isReady: false }
    former = own.id
    leave()
    session = own
    const entries = ledger.underWay().map(
      ([limit, pot]): Entry => ({
        limit,
        pot,
        change: { running: pot.running, held: pot.held, used: nothing },
      }),
    )
    // From here on it is told of changes, right behind this.
    ledger.reflect(mirror)
    const told = [count(own, 'begin', entries.slice(0, BATCH))]
    for (let at = BATCH; at < entries.length; at += BATCH)
      told.push(count(own, 'count', entries.slice(at, at + BATCH)))
    const answers = await Promise.all(told)
    own.isReady = answers.every(answer => answer !== undefined)
  }

  async function ask(own: Session, claims: readonly Claim[]): Promise<readonly Held[] | Shortage> {
    // What was used is part of what we know of a pot: it must not arrive behind it, and be counted twice.
    tell()
    const entries = claims.map(
      ({ limit, member, amounts }): Entry => ({
        limit: limit.name,
        pot: ledger.open(limit, member),
        most: limit,
        change: { running: 1, held: amounts, used: nothing },
      }),
    )
    const answer = await count(own, 'count', entries)
    if (answer === undefined) return alone(claims)
    if (answer.short === undefined) return ledger.take(claims)
    const { at, measure } = answer.short
    const { limit, amounts } = claims[at]!
    const { pot } = entries[at]!
    const { start, end, used, elsewhere } = answer.pots[at]!
    return {
      limit,
      measure,
      pot: { ...pot, start, end, stored: used, fresh: nothing, elsewhere },
      wanted: measure === 'concurrent' ? 1 : amounts[measure],
    }
  }

  const alone = (claims: readonly Claim[]): ReturnType<Counter['hold']> =>
    isStrict
      ? refuse('model_unavailable', 'Limits cannot be checked at the moment. Try again later', {
          retryAfter: 1,
        })
      : local.hold(claims)

  const counter: Counter = {
    hold: claims => (session?.isReady ? ask(session, claims) : alone(claims)),
    async look(places) {
      const pots = await local.look(places)
      if (!session?.isReady) return pots
      tell()
      await count(
        session,
        'count',
        places.map(({ limit }, i) => untouched(limit.name, pots[i]!)),
      )
      return pots
    },
  }

  /** Pots whose figures somebody may look at here, or that would be forgotten while long calls run; of many some, in turn. */
  function watched(limits: readonly Limit[]): readonly Entry[] {
    const common = limits
      .filter(({ each }) => each === 'all')
      .map(limit => [limit.name, ledger.open(limit, '')] as const)
    const all = new Map([...common, ...ledger.underWay()].map(([limit, pot]) => [pot, limit]))
    const some = [...all].slice(next, next + BATCH)
    next = next + BATCH < all.size ? next + BATCH : 0
    return some.map(([pot, limit]) => untouched(limit, pot))
  }

  return {
    counter,
    begin,
    lost: leave,
    /** Says that this gateway is still there, and hears of others; to be called more often than a lease lasts. */
    async beat(limits: readonly Limit[]): Promise<void> {
      if (session?.isReady) {
        tell()
        await count(session, 'beat', watched(limits))
      } else if (session === undefined && connection.isUp() && !ledger.isReflected()) await begin()
    },
    /** Limits that are no more. */
    async forget(places: readonly Place[]): Promise<void> {
      if (session !== undefined && places.length > 0)
        await forget(places.map(keyOf), []).catch(() => undefined)
    },
    /** What calls still hold here is somebody else's to tell from now on. */
    async end(): Promise<void> {
      tell()
      const own = session
      leave()
      if (own !== undefined)
        await run([gateways], toArguments({ gateway: own.id, act: 'end', now: now() }, [])).catch(
          () => undefined,
        )
    },
  }
}

const sum = (a: Change, b: Change): Change => ({
  running: a.running + b.running,
  held: add(a.held, b.held),
  used: add(a.used, b.used),
})
