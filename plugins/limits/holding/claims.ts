import type { Routed } from '../../../src/exchange.ts'
import { isAboutCall, isAboutTarget } from '../../../src/scope/scope.ts'
import type { Target, Usage } from '../../../src/types.ts'
import type { Claim } from '../counting/pot.ts'
import type { Limit } from '../model.ts'
import { memberOf, type Rules } from '../rules/rules.ts'
import { needOf } from './need.ts'
import type { Open } from './open.ts'
import { isClosing, type Pricing } from './pricing.ts'
import { NO_DETAILS } from './used.ts'
import { toUnpriced } from './words.ts'

interface ClaimsOptions {
  readonly rules: () => Rules
  readonly pricing: Pick<Pricing, 'costOf'>
  readonly isProvider: (name: string) => boolean
}

/** A call that is about to try a target. */
export interface Entering {
  readonly x: Routed
  readonly own: Open
  readonly target: Target
}

/** What calls may use at most of the limits that speak of them. */
export function createClaims({ rules, pricing, isProvider }: ClaimsOptions) {
  /** What the call may use, as far as these limits count it. */
  function neededBy(limits: readonly Limit[], x: Routed, own: Open): Usage {
    const isCounting = limits.some(({ tokens, cost }) => tokens !== undefined || cost !== undefined)
    if (isCounting) own.need ??= needOf(x)
    const { prompt, output } = own.need ?? { prompt: 0, output: 0 }
    return { input: prompt, output, ...NO_DETAILS }
  }

  /** The limit that closes this target, for nobody knows its price. */
  function closingOf(limits: readonly Limit[], { x, own, target }: Entering): Limit | undefined {
    const limit = limits.find(isClosing)
    if (limit === undefined) return undefined
    return pricing.costOf(target, neededBy(limits, x, own)) === undefined ? limit : undefined
  }

  /** What a call claims of limits, whichever of these targets will answer. */
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

  const limitsAt = ({ aboutTarget }: Open, target: Target): readonly Limit[] =>
    aboutTarget.filter(limit => isAboutTarget(limit, target, isProvider))

  return {
    claimsOf,
    limitsAt,
    /** @throws Refusal where a limit closes the target. */
    checkPriced(limits: readonly Limit[], entering: Entering): void {
      const closing = closingOf(limits, entering)
      if (closing !== undefined)
        throw toUnpriced(closing, `${entering.target.provider}/${entering.target.model}`)
    },
    isPriced: (entering: Entering): boolean =>
      closingOf(entering.own.aboutCall, entering) === undefined &&
      closingOf(limitsAt(entering.own, entering.target), entering) === undefined,
    /** What a try at a target claims: of its limits, and, where it has waited with that, of those of the call. */
    claimsAt({ x, own, target }: Entering): readonly Claim[] {
      const ofCall = own.deferred === undefined ? [] : claimsOf(own.aboutCall, x, x.route.targets, own)
      return [...ofCall, ...claimsOf(limitsAt(own, target), x, [target], own)]
    },
    /** The limits may have changed while the call waited. */
    renew({ x, own }: Entering): void {
      const limits = rules().at(x.userPath)
      if (own.deferred !== undefined) own.aboutCall = limits.filter(limit => isAboutCall(limit, x.route))
      own.aboutTarget = limits.filter(({ name }) => own.aboutCall.every(other => other.name !== name))
    },
  }
}
