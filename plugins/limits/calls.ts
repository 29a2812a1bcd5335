import { refuse } from '../../src/errors.ts'
import type { Answered, Attempted, Routed, Settled, Spent } from '../../src/exchange.ts'
import { after } from '../../src/hooks.ts'
import type { Provider } from '../../src/provider.ts'
import { isAboutCall, isAboutTarget } from '../../src/scope/scope.ts'
import { inputOf, outputOf } from '../../src/tokens.ts'
import type { Awaitable, Outcome, Target, Usage } from '../../src/types.ts'
import { type Amounts, nothing } from './amounts.ts'
import type { Counter } from './counter.ts'
import type { Ledger } from './ledger.ts'
import type { Limit } from './model.ts'
import { type Need, needOf } from './need.ts'
import { checkKnown, nextOf } from './next-answer.ts'
import type { Claim, Held, Shortage } from './pot.ts'
import { isClosing, type Pricing } from './pricing.ts'
import { memberOf, type Rules } from './rules.ts'
import { toRefusal, toUnpriced } from './words.ts'

interface Options {
  readonly rules: () => Rules
  readonly ledger: Ledger
  readonly counter: Pick<Counter, 'hold'>
  readonly pricing: Pricing
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly now: () => number
}

/** A call under way, and what it holds. */
interface Open {
  readonly aboutCall: readonly Limit[]
  /** They are asked at each try: a target without room is skipped while another one is left. */
  readonly aboutTarget: readonly Limit[]
  need: Need | undefined
  held: readonly Held[]
  /** What the last answer of a conversation took. */
  last: Amounts | undefined
  /** Who has worked within a conversation for what nobody knows. */
  unpriced: Target | undefined
  /** What a conversation held when it opened. */
  first: ReadonlyMap<Limit, Amounts> | undefined
  /** A provider is at work for it, or was until the end. */
  isAsked: boolean
  /** Its room is given back: a try may go on for a moment when its client has left. */
  isOver: boolean
}

type Hear = (outcome: Pick<Outcome, 'ok' | 'code' | 'usage'>) => void

/** Bytes of a stream's event for each token of its text, where nobody told how many there were: a rule of thumb. */
const EVENT = 150
const ONE: Amounts = { requests: 1, tokens: 0, cost: 0 }
const NONE = { cacheRead: 0, cacheWrite: 0, reasoning: 0 } as const

const FRESH = {
  need: undefined,
  held: [],
  last: undefined,
  first: undefined,
  unpriced: undefined,
  isAsked: false,
  isOver: false,
} as const

/** What calls hold and use of the limits that hold for them. */
export function createCalls({ rules, ledger, counter, pricing, providers, now }: Options) {
  const open = new Map<string, Open>()
  /** Most gateways have few limits, and most calls none. */
  const find = (id: string): Open | undefined => (open.size === 0 ? undefined : open.get(id))
  const isProvider = (name: string) => providers().has(name)

  /** What the call may use, as far as these limits count it. */
  function neededBy(limits: readonly Limit[], x: Routed, own: Open): Usage {
    const isCounting = limits.some(({ tokens, cost }) => tokens !== undefined || cost !== undefined)
    if (isCounting) own.need ??= needOf(x)
    const { prompt, output } = own.need ?? { prompt: 0, output: 0 }
    return { input: prompt, output, ...NONE }
  }

  function checkPriced(limits: readonly Limit[], x: Routed, target: Target, own: Open): void {
    const limit = limits.find(isClosing)
    if (limit !== undefined && pricing.costOf(target, neededBy(limits, x, own)) === undefined)
      throw toUnpriced(limit, `${target.provider}/${target.model}`)
  }

  function claimsOf(limits: readonly Limit[], x: Routed, targets: readonly Target[], own: Open): Claim[] {
    const usage = neededBy(limits, x, own)
    return limits.map(limit => {
      // Whichever of them will answer, its price is held.
      const cost =
        limit.cost === undefined ? 0 : Math.max(...targets.map(each => pricing.costOf(each, usage) ?? 0))
      return {
        limit,
        member: memberOf(limit, x),
        amounts: { requests: 1, tokens: usage.input + usage.output, cost },
      }
    })
  }

  function hold(
    limits: readonly Limit[],
    x: Routed,
    targets: readonly Target[],
    own: Open,
  ): Awaitable<readonly Held[]> {
    return after(counter.hold(claimsOf(limits, x, targets, own)), held => keep(held, own))
  }

  function keep(held: readonly Held[] | Shortage, own: Open): readonly Held[] {
    if ('measure' in held) throw toRefusal(held, now())
    // Its client has left while others were asked whether there is room.
    if (own.isOver) {
      ledger.giveBack(held)
      return refuse('client_closed', 'The client hung up')
    }
    own.held = own.held.length === 0 ? held : [...own.held, ...held]
    return held
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

  return {
    /** Takes room for a call, or says that there is none. What it returns gives back all that the call holds. */
    admit(x: Routed): Awaitable<(() => void) | undefined> {
      const limits = rules().at(x.userPath)
      if (limits.length === 0) return undefined
      const aboutCall = limits.filter(limit => isAboutCall(limit, x.route))
      const aboutTarget = limits.filter(limit => !aboutCall.includes(limit))
      const own: Open = { aboutCall, aboutTarget, ...FRESH }
      if (aboutCall.length === 0) return enter(x, own)
      return after(hold(aboutCall, x, x.route.targets, own), () => enter(x, own))
    },
    /** Takes room at one target. What it returns hears how the try went. */
    attempt(x: Attempted): Awaitable<Hear | undefined> {
      const own = find(x.id)
      const { target } = x
      if (own === undefined || target === undefined) return undefined
      const limits = own.aboutTarget.filter(limit => isAboutTarget(limit, target, isProvider))
      checkPriced(own.aboutCall, x, target, own)
      checkPriced(limits, x, target, own)
      if (limits.length === 0) return begin(own, [], target)
      return after(hold(limits, x, [target], own), held => begin(own, held, target))
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
      if (x.recalled !== undefined) count(own.held)
      else if (x.answer?.kind === 'socket') settleTalk(x, own)
      // Who was refused, or got nothing from anybody, has used nothing.
      else if (x.target !== undefined && own.isAsked) charge(own.held, x.target, usedBy(x, own), 1)
    },
  }
}

/** What a call took. Of a stream that broke off, some languages have told the prompt by then, and next to nothing else. */
function usedBy(x: Settled, own: Open): Usage {
  const { usage, unfinished } = x
  if (usage !== undefined && unfinished === undefined) return usage
  const guess = estimated(x, own)
  return usage === undefined ? guess : { ...usage, output: Math.max(usage.output, guess.output) }
}

/** What a call took where nobody said so: its prompt, and as much of an answer as came. */
function estimated({ unfinished, answer }: Settled, { need }: Open): Usage {
  const { prompt, output } = need ?? { prompt: 0, output: 0 }
  const size = unfinished?.size ?? (answer?.kind === 'whole' ? answer.body.length : 0)
  const told = Math.ceil(size / (unfinished === undefined ? 4 : EVENT))
  return { input: prompt, output: Math.min(told, output), ...NONE }
}
