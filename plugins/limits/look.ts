import type { Refusal } from '../../src/errors.ts'
import type { Provider } from '../../src/provider.ts'
import type { Caller, Route, Target, UserPath } from '../../src/types.ts'
import { add, type Ledger, measures, nothing, type Pot, type Shortage, usedOf } from './ledger.ts'
import type { Limit } from './model.ts'
import { isAboutCall, isAboutTarget, memberOf, type Rules } from './rules.ts'
import { allowanceOf, amountOf, toRefusal } from './words.ts'

interface Asking {
  readonly caller: Caller
  readonly userPath: UserPath
}

/** What limits would say to one more call, without any of its tokens. */
export interface Limits {
  /** How the limits stand that would count it, a sentence each. */
  standing(route: Route, asking: Asking): readonly string[]
  /** What would refuse it before any target is asked. */
  refusal(route: Route, asking: Asking): Refusal | undefined
  /** Why this target would be left out. */
  whyNot(target: Target, route: Route, asking: Asking): string | undefined
}

interface Options {
  readonly rules: () => Rules
  readonly ledger: Ledger
  readonly providers: () => ReadonlyMap<string, Provider>
  readonly now: () => number
}

/** Looks without counting: for `explain`. */
export function createLook({ rules, ledger, providers, now }: Options): Limits {
  const isProvider = (name: string) => providers().has(name)
  const call = { ...nothing, requests: 1 }

  function shortageOf(limits: readonly Limit[], asking: Asking): Shortage | undefined {
    for (const limit of limits) {
      const short = ledger.shortage({ limit, member: memberOf(limit, asking), amounts: call })
      if (short !== undefined) return short
    }
    return undefined
  }

  return {
    standing: (route, asking) =>
      rules()
        .at(asking.userPath)
        .filter(
          limit =>
            isAboutCall(limit, route) ||
            route.targets.some(target => isAboutTarget(limit, target, isProvider)),
        )
        .map(limit => sentenceOf(limit, ledger.pot(limit, memberOf(limit, asking)))),
    refusal(route, asking) {
      const short = shortageOf(
        rules()
          .at(asking.userPath)
          .filter(limit => isAboutCall(limit, route)),
        asking,
      )
      return short && toRefusal(short, now())
    },
    whyNot(target, route, asking) {
      const limits = rules()
        .at(asking.userPath)
        .filter(limit => !isAboutCall(limit, route) && isAboutTarget(limit, target, isProvider))
      const short = shortageOf(limits, asking)
      return short && toRefusal(short, now()).message
    },
  }
}

function sentenceOf(limit: Limit, pot: Pot): string {
  const taken = { ...add(usedOf(pot), pot.held), concurrent: pot.running }
  const parts = measures.flatMap(measure => {
    const most = limit[measure]
    if (most === undefined) return []
    return [`${amountOf(measure, Math.max(0, most - taken[measure]))} left of ${allowanceOf(limit, measure)}`]
  })
  return `Limit "${limit.name}" has ${parts.join(', ')}`
}
