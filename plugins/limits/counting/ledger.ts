import type { Limit } from '../model.ts'
import { type Amounts, add, larger, nothing } from './amounts.ts'
import { isMember, MOST_MEMBERS, REST } from './members.ts'
import {
  type Change,
  type Claim,
  emptyPot,
  type Held,
  isInUse,
  type Mirror,
  nobody,
  type OpenPot,
  type Place,
  type Pot,
  type Shared,
  type Shortage,
  shortageOf,
  type Unstored,
  without,
} from './pot.ts'
import { createUnstored } from './unstored.ts'
import { createWindows, isMeeting, isSpan, isWithin } from './window.ts'

interface OpenHeld extends Held {
  readonly pot: OpenPot
}

export type Ledger = ReturnType<typeof createLedger>

/** Hears where a call has given back its room. */
type Freed = (limit: string, member: string) => void

/**
 * What limits have counted, in memory. A call first holds all that it may use, of all its limits or of none; what it did
 * use is charged when it is known. Between a look and a hold nobody else comes, so no number of calls at once can
 * overrun a limit by more than single calls overrun what they held.
 */
export function createLedger(now: () => number) {
  const pots = new Map<string, Map<string, OpenPot>>()
  /** Limits that are no more, of which calls still hold room: one that is made again counts these. */
  const gone = new Set<string>()
  const windowOf = createWindows(now)
  let mirror: Mirror | undefined
  let freed: Freed = () => {}

  function membersOf(name: string): Map<string, OpenPot> {
    const known = pots.get(name) ?? new Map<string, OpenPot>()
    pots.set(name, known)
    return known
  }

  /** The pot in its present window. */
  function open(limit: Limit, wanted: string): OpenPot {
    const members = membersOf(limit.name)
    const member = members.has(wanted) || members.size < MOST_MEMBERS ? wanted : REST
    const pot = members.get(member)
    if (pot !== undefined) return renew(pot, limit)
    const made = emptyPot(member, limit.per, windowOf(limit))
    members.set(member, made)
    return made
  }

  /** A new window begins with nothing used; what is held goes on. */
  function renew(pot: OpenPot, limit: Limit): OpenPot {
    const { per } = limit
    const { start, end } = windowOf(limit)
    if (isSpan(pot, { start, end })) return pot
    // The same window by the clocks of another time zone: what is used of it stays used.
    if (pot.per === per && isWithin(pot, now())) return Object.assign(pot, { start, end })
    return Object.assign(pot, { per, start, end, stored: nothing, fresh: nothing, unpriced: 0 })
  }

  /** Opens nothing: whoever is looked at may never call. */
  function look(limit: Limit, member: string): Pot {
    const members = pots.get(limit.name)
    const isFull = members !== undefined && members.size >= MOST_MEMBERS
    const known = members?.get(member) ?? (isFull ? members.get(REST) : undefined)
    return known === undefined ? emptyPot(member, limit.per, windowOf(limit)) : renew(known, limit)
  }

  /** The limit may have another window by now, and the pot with it: only one that is over begins anew. */
  const present = ({ claim, pot }: OpenHeld): OpenPot => (now() < pot.end ? pot : renew(pot, claim.limit))

  const potsFor = (claims: readonly Claim[]): OpenHeld[] =>
    claims.map(claim => ({ claim, pot: open(claim.limit, claim.member) }))

  /** `calls` is 1 where a call begins to hold what it claims, -1 where it ends. */
  function move({ claim, pot }: OpenHeld, calls: 1 | -1): void {
    pot.held = add(pot.held, claim.amounts, calls)
    pot.running += calls
  }

  /** A pot that was let go of meanwhile is nobody's to hear of. */
  function tell({ claim, pot }: OpenHeld, change: Change): void {
    if (mirror !== undefined && pots.get(claim.limit.name)?.get(pot.member) === pot)
      mirror(claim.limit.name, pot, change)
  }

  const tellMoved = (held: OpenHeld, calls: 1 | -1): void =>
    tell(held, { running: calls, held: add(nothing, held.claim.amounts, calls), used: nothing })

  function moveAll(held: readonly OpenHeld[], calls: 1 | -1): void {
    for (const each of held) {
      move(each, calls)
      if (mirror !== undefined) tellMoved(each, calls)
    }
  }

  /** What was used of it; calls under way go on. */
  function forget(limit: string, members: ReadonlyMap<string, OpenPot>): Place[] {
    gone.add(limit)
    for (const pot of members.values()) Object.assign(pot, { stored: nothing, fresh: nothing, unpriced: 0 })
    return [...members.keys()].map(member => ({ limit, member }))
  }

  /** Lets go of pots whose window is over, or whose limit is no more, and of which nothing is held. */
  function prune(): void {
    const at = now()
    for (const [limit, members] of pots) {
      const isGone = gone.has(limit)
      for (const [member, pot] of members)
        if (pot.running === 0 && (isGone || pot.end <= at)) members.delete(member)
      if (members.size > 0) continue
      pots.delete(limit)
      gone.delete(limit)
    }
  }

  return {
    /** Holds all claims, or none: then it says which one there is no room for. */
    hold(claims: readonly Claim[]): readonly Held[] | Shortage {
      const held: OpenHeld[] = []
      for (const claim of claims) {
        const pot = open(claim.limit, claim.member)
        const shortage = shortageOf(claim, pot)
        if (shortage !== undefined) return shortage
        held.push({ claim, pot })
      }
      moveAll(held, 1)
      return held
    },
    /** The same where whoever counts for all gateways has said that there is room: it is not told again. */
    take(claims: readonly Claim[]): readonly Held[] {
      const held = potsFor(claims)
      for (const each of held) move(each, 1)
      return held
    },
    /**
     * The same for a call that holds room and goes on: other amounts from now on, of all its limits or of none. Whoever
     * counts for all gateways is told, and not asked.
     */
    holdOn(held: readonly Held[], amountsOf: (claim: Claim) => Amounts): readonly Held[] | Shortage {
      const next = (held as readonly OpenHeld[]).map(each => ({
        claim: { ...each.claim, amounts: amountsOf(each.claim) },
        pot: present(each),
      }))
      for (const [i, { claim, pot }] of next.entries()) {
        const shortage = shortageOf(claim, without(held[i]!.claim, pot))
        if (shortage !== undefined) return shortage
      }
      moveAll(held as readonly OpenHeld[], -1)
      moveAll(next, 1)
      return next
    },
    /** Where claims would count that are not held. */
    potsFor: potsFor as (claims: readonly Claim[]) => readonly Held[],
    /** What a claim would lack; nothing is held. */
    shortage: (claim: Claim): Shortage | undefined => shortageOf(claim, look(claim.limit, claim.member)),
    /** To be called once for each hold. */
    giveBack(held: readonly Held[]): void {
      moveAll(held as readonly OpenHeld[], -1)
      for (const { claim, pot } of held) freed(claim.limit.name, pot.member)
    },
    /** What the call has used is not charged yet when `listener` hears of it. */
    whenFreed(listener: Freed): void {
      freed = listener
    },
    /** So many calls stand in line there. */
    setWaiting({ limit, member }: Place, count: number): void {
      const pot = pots.get(limit)?.get(member)
      if (pot !== undefined) pot.waiting = count
    },
    /** What was used indeed; it counts in the window in which it is known, and of a limit that is no more nowhere. */
    charge({ claim, pot }: Held, amounts: Amounts, isUnpriced = false): void {
      if (gone.has(claim.limit.name)) return
      const open = present({ claim, pot } as OpenHeld)
      open.fresh = add(open.fresh, amounts)
      if (isUnpriced) open.unpriced += 1
      if (mirror !== undefined) tell({ claim, pot: open }, { ...nobody, used: amounts })
    },
    /** From now on `next` hears what happens here; undefined: nobody does, and nobody tells of other gateways. */
    reflect(next: Mirror | undefined): void {
      mirror = next
      if (next !== undefined) return
      for (const members of pots.values()) for (const pot of members.values()) pot.elsewhere = nobody
    },
    isReflected: (by?: Mirror): boolean => (by === undefined ? mirror !== undefined : mirror === by),
    /** The pots in which calls hold room now. */
    underWay(): readonly (readonly [limit: string, pot: Pot])[] {
      const found: [string, Pot][] = []
      for (const [limit, members] of pots)
        for (const pot of members.values()) if (pot.running > 0) found.push([limit, pot])
      return found
    },
    /** The pot that a claim counts in. */
    open: open as (limit: Limit, member: string) => Pot,
    /** How a pot stands over all gateways. What is used is never less than before. */
    hear(pot: Pot, { used, elsewhere, ...span }: Shared): void {
      const own = pot as OpenPot
      own.elsewhere = elsewhere
      if (isSpan(pot, span)) own.stored = larger(own.stored, add(used, own.fresh, -1))
    },
    /** How it stands for a member, who need not have used anything yet. */
    pot: look,
    /** The pots of this window of which something is used or held; not those that it had when others shared it. */
    potsOf(limit: Limit): readonly Pot[] {
      const members = [...(pots.get(limit.name)?.keys() ?? [])]
      return members
        .filter(member => isMember(limit, member))
        .map(member => open(limit, member))
        .filter(isInUse)
    },
    ...createUnstored(pots),
    /** What all gateways together have used, as the database has it. */
    learn({ limit, member, per, start, end }: Omit<Unstored, 'amounts'>, stored: Amounts): void {
      const members = membersOf(limit)
      const pot = members.get(member)
      if (pot === undefined) members.set(member, { ...emptyPot(member, per, { start, end }), stored })
      // Whoever counts for all gateways knows more than the database does, up to a second.
      else if (isSpan(pot, { start, end })) pot.stored = mirror ? larger(pot.stored, stored) : stored
      // Written by a gateway that knew another time zone: it holds what all had stored by then, and perhaps less than now.
      else if (pot.per === per && isMeeting(pot, { start, end })) pot.stored = larger(pot.stored, stored)
    },
    /** Forgets limits that are no more, and says which pots they had. */
    keepOnly(limits: ReadonlySet<string>): readonly Place[] {
      const left: Place[] = []
      for (const [limit, members] of pots) {
        if (limits.has(limit)) gone.delete(limit)
        else if (!gone.has(limit)) left.push(...forget(limit, members))
      }
      if (left.length > 0) prune()
      return left
    },
    prune,
  }
}
