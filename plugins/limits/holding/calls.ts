import type { Hear, Waiting } from '../../../src/contract/plugin.ts'
import type { Provider } from '../../../src/contract/provider.ts'
import { inputOf, outputOf } from '../../../src/contract/tokens.ts'
import { refuse } from '../../../src/errors.ts'
import type { Answered, Attempted, Routed, Settled, Spent } from '../../../src/exchange.ts'
import { after } from '../../../src/hooks.ts'
import { isAboutCall } from '../../../src/scope/scope.ts'
import type { Awaitable, Target, Usage } from '../../../src/types.ts'
import { type Amounts, nothing } from '../counting/amounts.ts'
import type { Counter } from '../counting/counter.ts'
import type { Ledger } from '../counting/ledger.ts'
import type { Held } from '../counting/pot.ts'
import { createEntrance } from '../queue/entrance.ts'
import type { Queue } from '../queue/model.ts'
import { mayWait } from '../queue/words.ts'
import type { Rules } from '../rules/rules.ts'
import { createClaims } from './claims.ts'
import { checkKnown, nextOf } from './next-answer.ts'
import { FRESH, type Open } from './open.ts'
import type { Pricing } from './pricing.ts'
import { usedBy } from './used.ts'
import { toRefusal } from './words.ts'

interface Options {
  readonly rules: () => Rules
  readonly ledger: Ledger
  readonly counter: Pick<Counter, 'hold'>
  readonly queue: Queue
  readonly pricing: Pricing
  readonly providers: () => ReadonlyMap<string, Provider>
  /** Another plugin leaves the target out for now. */
  readonly isSkipped: (target: Target) => boolean
  readonly now: () => number
}

const ONE: Amounts = { requests: 1, tokens: 0, cost: 0 }

/** What calls hold and use of the limits that hold for them. */
export function createCalls(options: Options) {
  const { rules, ledger, counter, queue, pricing, providers, isSkipped, now } = options
  const open = new Map<string, Open>()
  /** Most gateways have few limits, and most calls none. */
  const find = (id: string): Open | undefined => (open.size === 0 ? undefined : open.get(id))
  const isProvider = (name: string) => providers().has(name)

  const { checkPriced, claimsOf, limitsAt, claimsAt, isPriced, renew } = createClaims({
    ...{ rules, pricing, isProvider },
  })

  function keep(held: readonly Held[], own: Open): void {
    // Its client has left while others were asked whether there is room.
    if (own.isOver) {
      ledger.giveBack(held)
      refuse('client_closed', 'The client hung up')
    }
    own.held = own.held.length === 0 ? held : [...own.held, ...held]
  }

  function giveBack(own: Open, held: readonly Held[]): void {
    ledger.giveBack(held)
    own.held = own.held.filter(each => !held.includes(each))
  }

  /** What one answer took, of every limit that spoke of it. */
  function charge(held: readonly Held[], target: Target, usage: Usage, requests: number): Amounts {
    const tokens = inputOf(usage) + outputOf(usage)
    const cost = held.some(({ claim }) => claim.limit.cost !== undefined)
      ? pricing.costOf(target, usage)
      : undefined
    const amounts: Amounts = { requests, tokens, cost: cost ?? 0 }
    for (const each of held)
      ledger.charge(each, amounts, each.claim.limit.cost !== undefined && cost === undefined)
    return amounts
  }

  /** A conversation is one request. Its answers are charged; one that broke off is taken to be like the one before it. */
  function settleTalk({ unfinished, answers = 0 }: Settled, own: Open): void {
    for (const each of own.held)
      ledger.charge(each, unfinished === undefined ? ONE : nextOf(each.claim, own, answers))
  }

  function countUnpriced(held: readonly Held[]): void {
    for (const each of held) ledger.charge(each, nothing, each.claim.limit.cost !== undefined)
  }

  function count(held: readonly Held[]): void {
    for (const each of held) ledger.charge(each, ONE)
  }

  function enter(x: Routed, own: Open): () => void {
    open.set(x.id, own)
    return () => {
      own.isOver = true
      ledger.giveBack(own.held)
    }
  }

  /** A target is asked, and `held` is what that takes of its limits. */
  function begin(own: Open, held: readonly Held[], target: Target): Hear {
    own.isAsked = true
    return ({ ok, code, usage }) => {
      // Whom the client leaves has been asked all the same, and counts at the end.
      if (ok || own.isOver || code === 'client_closed') return
      own.isAsked = false
      // A try that failed may have cost all the same.
      const isCall = ({ claim }: Held) => own.aboutCall.includes(claim.limit)
      if (usage !== undefined) charge([...own.held.filter(isCall), ...held], target, usage, 0)
      giveBack(own, held)
    }
  }

  const entrance = createEntrance({
    ...{ queue, ledger, counter, now, claimsAt, renew, keep, giveBack, begin },
    isTried: entering => !isSkipped(entering.target) && isPriced(entering),
  })

  return {
    /** Takes room for a call, or says that there is none. What it returns gives back all that the call holds. */
    admit(x: Routed): Awaitable<(() => void) | undefined> {
      const limits = rules().at(x.userPath)
      if (limits.length === 0) return undefined
      const aboutCall = limits.filter(limit => isAboutCall(limit, x.route))
      const aboutTarget = limits.filter(limit => !aboutCall.includes(limit))
      const own: Open = { aboutCall, aboutTarget, ...FRESH }
      if (aboutCall.length === 0) return enter(x, own)
      const claims = claimsOf(aboutCall, x, x.route.targets, own)
      return after(queue.busy(claims) ?? counter.hold(claims), held => {
        if (!('measure' in held)) keep(held, own)
        else if (mayWait(held)) own.deferred = entrance.defer(claims, held, x)
        else throw toRefusal(held, now())
        return enter(x, own)
      })
    },
    /** Takes room at one target. What it returns hears how the try went. */
    attempt(x: Attempted): Awaitable<Hear | Waiting | undefined> {
      const own = find(x.id)
      const { target } = x
      if (own === undefined || target === undefined) return undefined
      const limits = limitsAt(own, target)
      const entering = { x, own, target }
      checkPriced(own.aboutCall, entering)
      checkPriced(limits, entering)
      if (limits.length === 0 && own.deferred === undefined && own.granted === undefined)
        return begin(own, [], target)
      return entrance.enter(entering)
    },
    /** An answer within a conversation has come to its end. What transcribes beside it counts for the same limits. */
    spend({ x, target, usage }: Spent): void {
      const own = find(x.id)
      if (own === undefined) return
      // Paid by the second, say: nobody knows what it cost.
      if (usage === undefined || pricing.costOf(target, usage) === undefined) own.unpriced = target
      if (usage === undefined) {
        countUnpriced(own.held)
        return
      }
      const amounts = charge(own.held, target, usage, 0)
      if (target.model === x.target?.model) own.last = { ...amounts, requests: 1 }
    },
    /**
     * The next answer of a conversation may take as much as the last one did, and each beside it no less than was held at
     * first: it holds that, or there is no room.
     */
    resume({ id, answers }: Answered): void {
      const own = find(id)
      if (own === undefined) return
      checkKnown(own)
      own.first ??= new Map(own.held.map(({ claim }) => [claim.limit, claim.amounts]))
      const held = ledger.holdOn(own.held, claim => nextOf(claim, own, answers))
      if ('measure' in held) throw toRefusal(held, now())
      own.held = held
    },
    /** The room that a call under way holds; undefined where nothing limits it. */
    heldBy: (id: string): readonly Held[] | undefined => find(id)?.held,
    /** Charges what a call has used. Called after the room is given back, in the same moment. */
    settle(x: Settled): void {
      const own = find(x.id)
      if (own === undefined) return
      open.delete(x.id)
      // Who got a stored answer has made a request, and nobody worked for it.
      if (x.recalled !== undefined)
        count(own.deferred === undefined ? own.held : ledger.potsFor(own.deferred))
      else if (x.answer?.kind === 'socket') settleTalk(x, own)
      // Who was refused, or got nothing from anybody, has used nothing.
      else if (x.target !== undefined && own.isAsked) charge(own.held, x.target, usedBy(x, own), 1)
    },
  }
}
