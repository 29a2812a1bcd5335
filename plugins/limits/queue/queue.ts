import { type Refusal, toRefusal } from '../../../src/errors.ts'
import { isInside } from '../../../src/scope/user-path.ts'
import type { Ledger } from '../counting/ledger.ts'
import { type Claim, type Held, type Place as PlaceOfPot, type Shortage, toFull } from '../counting/pot.ts'
import { toRefusal as toShort } from '../holding/words.ts'
import type { Limit } from '../model.ts'
import { createLine, type Line, type Place } from './line.ts'
import type { Granted, Option, Queue, Ticket, Waited, Waiter } from './model.ts'
import { isCrowded, mayWait, toCrowded, toLate } from './words.ts'

/** Those who wait for one pot. */
interface PotLine extends PlaceOfPot {
  readonly line: Line<Standing>
  isAttended: boolean
  /** There may be room. */
  isDue: boolean
  /** It is attended again in a moment. */
  isWatched: boolean
}

/** A call in one of these lines, with the options that are held up there. */
interface Standing extends Place {
  readonly call: Call
  readonly options: Set<Option>
}

interface Call {
  readonly waiter: Waiter
  readonly number: number
  readonly since: number
  /** The one that it met first. */
  readonly limit: string
  readonly standing: Map<PotLine, Standing>
  readonly grant: (granted: Granted) => void
  readonly refuse: (why: Refusal) => void
  late: ReturnType<typeof setTimeout> | undefined
  isOver: boolean
}

/** Where several gateways share the room, none hears that another has given some back: it looks (milliseconds). */
const LOOK = 100

/**
 * Calls that wait until others are done. They hold nothing meanwhile, so no two can wait for each other: whose turn it is
 * takes the room of all its limits at once, or goes to the line of the one that has none. Nobody looks out for room: who
 * gives some back wakes the one whose turn it is.
 */
export function createQueue(ledger: Ledger, now: () => number): Queue {
  const lines = new Map<string, Map<string, PotLine>>()
  let number = 0
  let over: Waited = () => {}

  const find = (limit: string, member: string) => lines.get(limit)?.get(member)

  function lineAt({ limit: { name }, pot: { member } }: Shortage): PotLine {
    const known = find(name, member)
    if (known !== undefined) return known
    const line = createLine<Standing>()
    const made = { limit: name, member, line, isAttended: false, isDue: false, isWatched: false }
    lines.set(name, (lines.get(name) ?? new Map<string, PotLine>()).set(member, made))
    return made
  }

  function changed(at: PotLine): void {
    ledger.setWaiting(at, at.line.size)
    if (at.line.size > 0) return
    const members = lines.get(at.limit)
    members?.delete(at.member)
    if (members?.size === 0) lines.delete(at.limit)
  }

  function stand(call: Call, option: Option, shortage: Shortage): void {
    const at = lineAt(shortage)
    const known = call.standing.get(at)
    if (known !== undefined) return void known.options.add(option)
    const place = placeOf(call.waiter, shortage.limit)
    const standing = { call, options: new Set([option]), number: call.number, ...place }
    call.standing.set(at, standing)
    at.line.add(standing)
    changed(at)
    // Room may have come while somebody else was asked for it.
    void attend(at)
  }

  /** It waits no more; `turn` is the line in which it had its turn. */
  function end(call: Call, turn?: PotLine): void {
    call.isOver = true
    clearTimeout(call.late)
    for (const [at, standing] of call.standing) {
      if (at === turn) at.line.take(standing)
      else at.line.remove(standing)
      changed(at)
    }
    over(call.limit, performance.now() - call.since)
  }

  function refuse(call: Call, why: Refusal): void {
    if (call.isOver) return
    end(call)
    call.refuse(why)
  }

  /** Lets in whose turn it is, one after the other, until there is no room. */
  async function attend(at: PotLine): Promise<void> {
    at.isDue = true
    if (at.isAttended) return
    at.isAttended = true
    try {
      while (at.isDue) {
        at.isDue = false
        let standing = at.line.next()
        while (standing !== undefined && (await isDone(standing, at))) standing = at.line.next()
      }
    } finally {
      at.isAttended = false
    }
    if (at.line.size > 0 && ledger.isReflected()) watch(at)
  }

  /** All gateways that share the room do so, each at moments of its own. */
  function watch(at: PotLine): void {
    if (at.isWatched) return
    at.isWatched = true
    const look = () => {
      at.isWatched = false
      void attend(at)
    }
    setTimeout(look, LOOK * (0.5 + Math.random()))
  }

  /** Whether the next one may be looked at: this one is let in, or waits for nothing in this line any more. */
  async function isDone(standing: Standing, at: PotLine): Promise<boolean> {
    const { call, options } = standing
    for (const option of [...options]) {
      const found = await claim(call, option)
      if (found === undefined) return true
      if (!('measure' in found)) {
        end(call, at)
        call.grant({ target: option.target, held: found })
        return true
      }
      if (mayWait(found) && find(found.limit.name, found.pot.member) === at) continue
      options.delete(option)
      if (mayWait(found)) stand(call, option, found)
      else if (options.size === 0 && call.standing.size === 1) refuse(call, toShort(found, now()))
    }
    if (options.size > 0) return false
    at.line.remove(standing)
    call.standing.delete(at)
    changed(at)
    return true
  }

  /** The room that it takes, or what it lacks; undefined where it waits no more. */
  async function claim(call: Call, option: Option): Promise<readonly Held[] | Shortage | undefined> {
    try {
      const found = await call.waiter.hold(option.claims())
      if (!call.isOver) return found
      if (!('measure' in found)) ledger.giveBack(found)
    } catch (error) {
      refuse(call, toRefusal(error))
    }
    return undefined
  }

  /** Where as many wait as may: whose last one makes room for it. One who waits behind hundreds would hardly have its turn. */
  const yielding = (waiter: Pick<Waiter, 'userPath' | 'holder'>, { limit, pot }: Shortage) =>
    find(limit.name, pot.member)?.line.yielding(placeOf(waiter, limit))

  function makeRoom(waiter: Waiter, shortage: Shortage): boolean {
    const standing = yielding(waiter, shortage)
    if (standing !== undefined) refuse(standing.call, toCrowded(shortage.limit))
    return standing !== undefined
  }

  /** Those options in whose lines there is a place. */
  function openTo(waiter: Waiter): Waiter['options'] {
    const free = waiter.options.filter(({ shortage }) => !isCrowded(shortage))
    if (free.length > 0) return free
    const made = waiter.options.find(({ shortage }) => makeRoom(waiter, shortage))
    return made === undefined ? [] : [made]
  }

  function join(waiter: Waiter): Ticket {
    const open = openTo(waiter)
    const [first] = open
    if (first === undefined) throw toCrowded(waiter.options[0]!.shortage.limit)
    const { promise: room, resolve: grant, reject } = Promise.withResolvers<Granted>()
    const { limit } = first.shortage
    const facts = { waiter, number: number++, since: performance.now(), limit: limit.name }
    const call: Call = {
      ...facts,
      standing: new Map(),
      grant,
      refuse: reject,
      late: undefined,
      isOver: false,
    }
    const patience = Math.max(...open.map(({ shortage }) => shortage.limit.wait ?? 0))
    call.late = setTimeout(() => refuse(call, toLate(limit, patience)), patience)
    for (const { option, shortage } of open) stand(call, option, shortage)
    return { room, leave: why => refuse(call, why) }
  }

  ledger.whenFreed((limit, member) => {
    const at = lines.size === 0 ? undefined : find(limit, member)
    // What the call has used is charged in this very moment: nobody is let in before.
    if (at !== undefined) queueMicrotask(() => void attend(at))
  })

  return {
    busy(claims: readonly Claim[]) {
      if (lines.size === 0) return undefined
      for (const { limit, member } of claims) {
        const pot = ledger.pot(limit, member)
        if (limit.wait !== undefined && find(limit.name, pot.member) !== undefined) return toFull(limit, pot)
      }
      return undefined
    },
    mayJoin: (waiter, shortage) => !isCrowded(shortage) || yielding(waiter, shortage) !== undefined,
    join,
    review() {
      for (const members of lines.values()) for (const at of members.values()) void attend(at)
    },
    waiting: () =>
      [...lines].map(([limit, members]) => [
        limit,
        [...members.values()].reduce((sum, { line }) => sum + line.size, 0),
      ]),
    whenOver(listener) {
      over = listener
    },
  }
}

const placeOf = ({ holder, userPath }: Pick<Waiter, 'userPath' | 'holder'>, { first }: Limit) => ({
  names: [holder, userPath] as const,
  isFirst: first !== undefined && isInside(userPath, first),
})
