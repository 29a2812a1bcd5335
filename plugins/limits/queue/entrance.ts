import type { Hear, Waiting } from '../../../src/contract/plugin.ts'
import type { Refusal } from '../../../src/errors.ts'
import type { Routed } from '../../../src/exchange.ts'
import { after } from '../../../src/hooks.ts'
import type { Awaitable, Target } from '../../../src/types.ts'
import type { Counter } from '../counting/counter.ts'
import type { Ledger } from '../counting/ledger.ts'
import { type Claim, type Held, type Shortage, windowShortageOf } from '../counting/pot.ts'
import type { Entering } from '../holding/claims.ts'
import type { Open } from '../holding/open.ts'
import { toRefusal } from '../holding/words.ts'
import type { Granted, Option, Queue } from './model.ts'
import { mayWait, passedOver, toCrowded } from './words.ts'

interface EntranceOptions {
  readonly queue: Queue
  readonly ledger: Pick<Ledger, 'pot' | 'shortage'>
  readonly counter: Pick<Counter, 'hold'>
  readonly now: () => number
  /** What a try at a target would hold. */
  readonly claimsAt: (entering: Entering) => readonly Claim[]
  /** The target would be tried: it is well, and no limit closes it for want of a price. */
  readonly isTried: (entering: Entering) => boolean
  /** Looks which limits there are now. */
  readonly renew: (entering: Entering) => void
  /** The room is the call's. */
  readonly keep: (held: readonly Held[], own: Open) => void
  readonly giveBack: (own: Open, held: readonly Held[]) => void
  /** The try begins with what it holds of the limits of its target. */
  readonly begin: (own: Open, held: readonly Held[], target: Target) => Hear
}

/** Lets calls in where limits let them wait: at once, or by a place in a line. */
export function createEntrance(options: EntranceOptions) {
  const { queue, ledger, counter, now, claimsAt, isTried, renew, keep, giveBack, begin } = options

  const hold = (claims: readonly Claim[]): Awaitable<readonly Held[] | Shortage> =>
    claims.length === 0 ? [] : counter.hold(claims)

  function start({ own, target }: Entering, held: readonly Held[]): Hear {
    const isOfCall = ({ claim }: Held) => own.aboutCall.some(({ name }) => name === claim.limit.name)
    own.deferred = undefined
    const ofTarget = held.filter(each => !isOfCall(each))
    return begin(own, ofTarget, target)
  }

  /** What holds a try up, as far as is known here. */
  function shortageOf(claims: readonly Claim[]): Shortage | undefined {
    const busy = queue.busy(claims)
    if (busy !== undefined) return busy
    for (const claim of claims) {
      const short = ledger.shortage(claim)
      if (short !== undefined) return short
    }
    return undefined
  }

  /** The other targets that are left, and what holds each of them up. */
  function othersThan({ x, own, target }: Entering) {
    const { targets } = x.route
    return targets
      .slice(targets.indexOf(target) + 1)
      .map(target => ({ x, own, target }))
      .filter(isTried)
      .map(entering => ({ entering, shortage: shortageOf(claimsAt(entering)) }))
  }

  /** A place in line, for whatever target has room first. */
  function lineUp(entering: Entering, held: readonly HeldUp[]): Waiting {
    const { x, own, target } = entering
    const { room, leave } = queue.join({
      options: held.map(({ entering, shortage }) => ({ option: toOption(entering), shortage })),
      ...whoIs(x),
      hold,
    })
    const enter = (granted: Granted): Hear | Refusal => {
      keep(granted.held, own)
      if (granted.target === target) return start(entering, granted.held)
      own.granted = granted
      return passedOver()
    }
    return { room: room.then(enter), leave }
  }

  const toOption = (entering: Entering): Option => ({
    target: entering.target,
    claims() {
      renew(entering)
      return claimsAt(entering)
    },
  })

  /**
   * Where another target has room this one is passed over, and that room is taken at once: nobody else may have it first,
   * for there is no way back to this one. Where none has, the call waits for the first that does.
   */
  function waitOrPass(
    entering: Entering,
    shortage: Shortage,
    others: readonly Look[] = othersThan(entering),
  ): Awaitable<Waiting> {
    if (!mayWait(shortage)) throw toRefusal(shortage, now())
    const free = others.find(({ shortage }) => shortage === undefined)
    if (free === undefined) return lineUp(entering, [{ entering, shortage }, ...others.filter(isHeldUp)])
    const { own, target } = free.entering
    return after(hold(claimsAt(free.entering)), found => {
      if ('measure' in found) {
        const looks = others.map(other => (other === free ? { ...free, shortage: found } : other))
        return waitOrPass(entering, shortage, looks)
      }
      keep(found, own)
      own.granted = { target, held: found }
      throw passedOver()
    })
  }

  /** What a call holds that has waited for this target; undefined where it has waited for none, or for one before this. */
  function resume(entering: Entering): Hear | undefined {
    const { x, own, target } = entering
    const { granted } = own
    if (granted === undefined) return undefined
    const { targets } = x.route
    if (targets.indexOf(granted.target) > targets.indexOf(target)) throw passedOver()
    own.granted = undefined
    if (granted.target === target) return start(entering, granted.held)
    giveBack(own, granted.held)
    return undefined
  }

  return {
    /**
     * A call may wait for these claims. It does so before its first try: stored answers wait for nothing, and guards have
     * had their say.
     *
     * @throws Refusal where waiting would not help, or too many wait.
     */
    defer(claims: readonly Claim[], shortage: Shortage, x: Routed): readonly Claim[] {
      for (const claim of claims) {
        const lasting = windowShortageOf(claim, ledger.pot(claim.limit, claim.member))
        if (lasting !== undefined) throw toRefusal(lasting, now())
      }
      if (!queue.mayJoin(whoIs(x), shortage)) throw toCrowded(shortage.limit)
      return claims
    },
    /** Takes room for a try: at once, or by a place in line. */
    enter(entering: Entering): Awaitable<Hear | Waiting> {
      const hear = resume(entering)
      if (hear !== undefined) return hear
      const claims = claimsAt(entering)
      return after(queue.busy(claims) ?? counter.hold(claims), (held): Awaitable<Hear | Waiting> => {
        if ('measure' in held) return waitOrPass(entering, held)
        keep(held, entering.own)
        return start(entering, held)
      })
    },
  }
}

/** Whoever may name paths below its own would have ever more turns by that: its turn is that of its key's path. */
const whoIs = ({ caller, userPath }: Routed) => ({ holder: caller.path ?? caller.id, userPath })

interface Look {
  readonly entering: Entering
  readonly shortage: Shortage | undefined
}
interface HeldUp extends Look {
  readonly shortage: Shortage
}

/** Calls under way will be done; whatever else a target lacks, it lacks for longer than anybody waits. */
const isHeldUp = (look: Look): look is HeldUp => look.shortage !== undefined && mayWait(look.shortage)
