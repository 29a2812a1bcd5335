import type { Provider } from '../../src/contract/provider.ts'
import { spellDuration } from '../../src/contract/settings.ts'
import type { Refusal } from '../../src/errors.ts'
import { isAboutCall, isAboutTarget } from '../../src/scope/scope.ts'
import type { Caller, Route, Target, Usage, UserPath } from '../../src/types.ts'
import { nothing } from './counting/amounts.ts'
import type { Ledger } from './counting/ledger.ts'
import { type Claim, measures, type Pot, runningOf, takenOf, windowShortageOf } from './counting/pot.ts'
import { fullestOf, NEAR, shareOf, usedShareOf } from './counting/share.ts'
import { isClosing, type Pricing } from './holding/pricing.ts'
import { allowanceOf, amountOf, toRefusal, toUnpriced } from './holding/words.ts'
import type { Limit, Window } from './model.ts'
import type { Queue, Waited } from './queue/model.ts'
import { isCrowded, mayWait, toCrowded } from './queue/words.ts'
import { memberOf, type Rules } from './rules/rules.ts'

interface Asking {
  readonly caller: Caller
  readonly userPath: UserPath
}

/** A limit as it stands for whoever has taken most of it. */
export interface Filled {
  readonly name: string
  readonly per: Window
  /** What is used, and, where nothing is alarming about that, held: 0 to 1, and above where an answer took more than it held. */
  readonly share: number
  /** The key or the user path; null where all share the limit. */
  readonly member: string | null
  /** When its window is over (milliseconds since 1970). */
  readonly end: number
}

/** What limits would say to one more call, without any of its tokens. */
export interface Limits {
  /** Of limits that are on and that somebody uses, the fullest first. */
  filled(): readonly Filled[]
  /** Those of a day and more that are nearly used up, or wholly: what operators should know. */
  alarming(): readonly Filled[]
  /** How the limits stand that would count it, a sentence each. */
  standing(route: Route, asking: Asking): readonly string[]
  /** What would refuse it before any target is asked. */
  refusal(route: Route, asking: Asking): Refusal | undefined
  /** Why this target would be left out. */
  whyNot(target: Target, route: Route, asking: Asking): string | undefined
  /** How many calls wait for room, limit by limit. */
  waiting(): readonly (readonly [limit: string, count: number])[]
  /** `listener` hears how long each of them has waited, whatever became of it. */
  whenWaited(listener: Waited): void
}

/** What any call has at least. */
const SHORTEST: Usage = { input: 1, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 }
/** What is free again within the hour is nobody's to wake up for. */
const long: ReadonlySet<Window> = new Set(['day', 'week', 'month'])

interface Options {
  readonly rules: () => Rules
  readonly list: () => readonly Limit[]
  readonly ledger: Ledger
  readonly queue: Queue
  readonly pricing: Pick<Pricing, 'costOf'>
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly now: () => number
}

/** Looks without counting: for `explain`. */
export function createLook(options: Options): Limits {
  const { rules, list, ledger, queue, pricing, providers, now } = options
  const isProvider = (name: string) => providers().has(name)
  const call = { ...nothing, requests: 1 }

  const claimOf = (limit: Limit, asking: Asking): Claim => ({
    limit,
    member: memberOf(limit, asking),
    amounts: call,
  })

  /** What would refuse it; where it may wait for calls under way, nothing does. */
  function refusalOf(limits: readonly Limit[], asking: Asking): Refusal | undefined {
    for (const limit of limits) {
      const claim = claimOf(limit, asking)
      const short = ledger.shortage(claim)
      if (short === undefined) continue
      if (!mayWait(short)) return toRefusal(short, now())
      const lasting = windowShortageOf(claim, short.pot)
      if (lasting !== undefined) return toRefusal(lasting, now())
      if (isCrowded(short)) return toCrowded(limit)
    }
    return undefined
  }

  const limitsAt = (target: Target, all: readonly Limit[], route: Route): readonly Limit[] =>
    all.filter(limit => !isAboutCall(limit, route) && isAboutTarget(limit, target, isProvider))

  const hasRoom = (limits: readonly Limit[], asking: Asking): boolean =>
    limits.every(limit => ledger.shortage(claimOf(limit, asking)) === undefined)

  const filledBy = (share: typeof shareOf): readonly Filled[] =>
    list()
      .flatMap(limit => filledOf(limit, ledger, share))
      .sort((a, b) => b.share - a.share)

  return {
    waiting: queue.waiting,
    whenWaited: queue.whenOver,
    filled: () => filledBy(shareOf),
    alarming: () => filledBy(usedShareOf).filter(({ per, share }) => long.has(per) && share >= NEAR),
    standing: (route, asking) =>
      rules()
        .at(asking.userPath)
        .filter(
          limit =>
            isAboutCall(limit, route) ||
            route.targets.some(target => isAboutTarget(limit, target, isProvider)),
        )
        .map(limit => sentenceOf(limit, ledger.pot(limit, memberOf(limit, asking)))),
    refusal: (route, asking) =>
      refusalOf(
        rules()
          .at(asking.userPath)
          .filter(limit => isAboutCall(limit, route)),
        asking,
      ),
    whyNot(target, route, asking) {
      const all = rules().at(asking.userPath)
      const aboutCall = all.filter(limit => isAboutCall(limit, route))
      const limits = limitsAt(target, all, route)
      const closing = [...aboutCall, ...limits].find(isClosing)
      if (closing !== undefined && pricing.costOf(target, SHORTEST) === undefined)
        return toUnpriced(closing, `${target.provider}/${target.model}`).message
      const refusal = refusalOf(limits, asking)
      if (refusal !== undefined || hasRoom(limits, asking)) return refusal?.message
      // It is waited for where no other one has room.
      const others = route.targets.filter(other => other !== target)
      return others.some(other => hasRoom(limitsAt(other, all, route), asking))
        ? 'It is full, and another target has room'
        : undefined
    },
  }
}

function filledOf(limit: Limit, ledger: Ledger, share: typeof shareOf): readonly Filled[] {
  const pot = limit.enabled ? fullestOf(limit, ledger.potsOf(limit), share) : undefined
  if (pot === undefined) return []
  const { name, per, each } = limit
  return [{ name, per, share: share(limit, pot), member: each === 'all' ? null : pot.member, end: pot.end }]
}

function sentenceOf(limit: Limit, pot: Pot): string {
  const taken = { ...takenOf(pot), concurrent: runningOf(pot) }
  const parts = measures.flatMap(measure => {
    const most = limit[measure]
    if (most === undefined) return []
    return [`${amountOf(measure, Math.max(0, most - taken[measure]))} left of ${allowanceOf(limit, measure)}`]
  })
  return `Limit "${limit.name}" has ${parts.join(', ')}${waitOf(limit, pot)}`
}

const waitOf = ({ wait }: Limit, { waiting }: Pot): string =>
  wait === undefined
    ? ''
    : `; where that is none, calls wait up to ${spellDuration(wait)}, and ${waiting === 1 ? '1 does' : `${waiting} do`} now`
