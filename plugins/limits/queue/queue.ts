import { type Refusal, toRefusal } from '../../../src/errors.ts'
import { isInside } from '../../../src/scope/user-path.ts'
import type { Ledger } from '../counting/ledger.ts'
import { type Claim, type Held, type Shortage, toFull } from '../counting/pot.ts'
import { toRefusal as toShort } from '../holding/words.ts'
import type { Limit } from '../model.ts'
import type { Call } from './call.ts'
import { createLines, type PotLine, type Standing } from './lines.ts'
import { createLooks } from './looks.ts'
import type { Granted, Option, Queue, Ticket, Waited, Waiter } from './model.ts'
import { isCrowded, mayWait, toCrowded, toLate } from './words.ts'

/**
 * Calls that wait until others are done. They hold nothing meanwhile, so no two can wait for each other: whose turn it is
 * takes the room of all its limits at once, or goes to the line of the one that has none. Nobody looks out for room: who
 * gives some back wakes the one whose turn it is.
 */
export function createQueue(ledger: Ledger, now: () => number): Queue {
  const lines = createLines(ledger)
  const look = createLooks({ letIn, isShared: ledger.isReflected })
  let number = 0
  let over: Waited = () => {}

  // A call begins to wait: it stands in a line for each of its options, each as soon as it is held up.

  function stand(call: Call, option: Option, shortage: Shortage): void {
    const at = lines.at(shortage)
    const known = call.standing.get(at)
    if (known !== undefined) return void known.options.add(option)
    const place = placeOf(call.waiter, shortage.limit)
    const standing: Standing = { call, options: new Set([option]), number: call.number, ...place }
    call.standing.set(at, standing)
    lines.add(at, standing)
    // Room may have come while somebody else was asked for it.
    void look(at)
  }

  function join(waiter: Waiter): Ticket {
    const open = openTo(waiter)
    const [first] = open
    if (first === undefined) throw toCrowded(waiter.options[0]!.shortage.limit)
    const { limit } = first.shortage
    const { promise: room, resolve: grant, reject: refuse } = Promise.withResolvers<Granted>()
    const call: Call = {
      ...{ waiter, grant, refuse },
      ...{ number: number++, since: performance.now(), limit: limit.name },
      standing: new Map(),
      late: undefined,
      isOver: false,
    }
    const patience = Math.max(...open.map(({ shortage }) => shortage.limit.wait ?? 0))
    call.late = setTimeout(() => refuseCall(call, toLate(limit, patience)), patience)
    for (const { option, shortage } of open) stand(call, option, shortage)
    return { room, leave: why => refuseCall(call, why) }
  }

  // It waits no more.

  /** `turn` is the line in which it had its turn, where it had one. */
  function end(call: Call, turn?: PotLine): void {
    call.isOver = true
    clearTimeout(call.late)
    for (const [at, standing] of call.standing) lines.remove(at, standing, at === turn)
    over(call.limit, performance.now() - call.since)
  }

  function refuseCall(call: Call, why: Refusal): void {
    if (call.isOver) return
    end(call)
    call.refuse(why)
  }

  // There may be room.

  async function letIn(at: PotLine): Promise<void> {
    let standing = at.line.next()
    while (standing !== undefined && (await isServed(standing, at))) standing = at.line.next()
  }

  /** Whether it waits here no more, so that the next one has its turn: it is let in, refused, or waits elsewhere. */
  async function isServed(standing: Standing, at: PotLine): Promise<boolean> {
    const { call, options } = standing
    for (const option of [...options]) {
      const found = await take(call, option)
      if (found === undefined) return true
      if (!('measure' in found)) {
        end(call, at)
        call.grant({ target: option.target, held: found })
        return true
      }
      if (!isLineOf(at, found)) moveOn(standing, option, found)
      if (call.isOver) return true
    }
    if (options.size > 0) return false
    call.standing.delete(at)
    lines.remove(at, standing)
    return true
  }

  /** The room that it takes, or what it lacks; undefined where it waits no more. */
  async function take(call: Call, option: Option): Promise<readonly Held[] | Shortage | undefined> {
    try {
      const found = await call.waiter.hold(option.claims())
      if (!call.isOver) return found
      if (!('measure' in found)) ledger.giveBack(found)
    } catch (error) {
      refuseCall(call, toRefusal(error))
    }
    return undefined
  }

  const isLineOf = (at: PotLine, shortage: Shortage): boolean =>
    mayWait(shortage) && lines.find(shortage.limit.name, shortage.pot.member) === at

  /** Something else holds an option up now: another line, or what nobody waits for. */
  function moveOn({ call, options }: Standing, option: Option, shortage: Shortage): void {
    options.delete(option)
    if (mayWait(shortage)) stand(call, option, shortage)
    else if (options.size === 0 && call.standing.size === 1) refuseCall(call, toShort(shortage, now()))
  }

  // Where as many wait as may, the last one of those who are the most makes room for one of those who are fewer: one who
  // waits behind hundreds would hardly have its turn.

  const yielding = (waiter: Pick<Waiter, 'userPath' | 'holder'>, { limit, pot }: Shortage) =>
    lines.find(limit.name, pot.member)?.line.yielding(placeOf(waiter, limit))

  function makeRoom(waiter: Waiter, shortage: Shortage): boolean {
    const standing = yielding(waiter, shortage)
    if (standing !== undefined) refuseCall(standing.call, toCrowded(shortage.limit))
    return standing !== undefined
  }

  /** Those options in whose lines there is a place. */
  function openTo(waiter: Waiter): Waiter['options'] {
    const free = waiter.options.filter(({ shortage }) => !isCrowded(shortage))
    if (free.length > 0) return free
    const made = waiter.options.find(({ shortage }) => makeRoom(waiter, shortage))
    return made === undefined ? [] : [made]
  }

  ledger.whenFreed((limit, member) => {
    const at = lines.find(limit, member)
    // What the call has used is charged in this very moment: nobody is let in before.
    if (at !== undefined) queueMicrotask(() => void look(at))
  })

  return {
    busy(claims: readonly Claim[]) {
      if (!lines.isAny()) return undefined
      for (const { limit, member } of claims) {
        const pot = ledger.pot(limit, member)
        if (limit.wait !== undefined && lines.find(limit.name, pot.member) !== undefined)
          return toFull(limit, pot)
      }
      return undefined
    },
    mayJoin: (waiter, shortage) => !isCrowded(shortage) || yielding(waiter, shortage) !== undefined,
    join,
    review() {
      for (const at of lines.all()) void look(at)
    },
    waiting: lines.waiting,
    whenOver(listener) {
      over = listener
    },
  }
}

const placeOf = ({ holder, userPath }: Pick<Waiter, 'userPath' | 'holder'>, { first }: Limit) => ({
  names: [holder, userPath] as const,
  isFirst: first !== undefined && isInside(userPath, first),
})
