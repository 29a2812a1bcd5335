import { chanceOf, differenceOf, type Estimate } from '../../src/base/statistics.ts'
import { count, duration, money, percent } from '../../views/format.ts'
import { costOf, failedOf, lostOf, waitOf } from './evidence.ts'
import type { Evidence, StopWhen } from './model.ts'
import type { Rollout } from './schema.ts'

/** What a look at a step comes to: on to the next one, back to where it began, or `why` it waits. */
export type Judgement =
  | { readonly kind: 'on' }
  | { readonly kind: 'back'; readonly why: string }
  | { readonly kind: 'wait'; readonly why: string }

/** What may not be exceeded, and how the figures stand to it. */
interface Rule {
  /** By how much the limit is exceeded, with its interval: surely where even its low end is above 0. */
  readonly excess: Estimate
  /** What the figures say, in words. */
  readonly says: string
}

const on: Judgement = { kind: 'on' }
const wait = (why: string): Judgement => ({ kind: 'wait', why })
const back = (why: string): Judgement => ({ kind: 'back', why })

type Judged = Pick<Rollout, 'plan' | 'step' | 'since' | 'evidence'>

/**
 * A step goes on when it has lasted, when there are enough answers, and when no limit is exceeded. A limit that seems to be
 * exceeded, and is not surely so, is waited for. What breaks hard is not waited for.
 */
export function judge({ plan, step, since, evidence }: Judged, now: number): Judgement {
  const broken = findBroken(plan.stopWhen, evidence)
  if (broken !== undefined) return back(broken)
  if (now < since + plan.every) return wait('the step lasts its time')
  const { answered } = evidence.to
  if (answered < plan.minCalls) return wait(`${answered} of ${count(plan.minCalls, 'answer')} are there`)
  const rules = rulesOf(plan.stopWhen, evidence, plan.steps[step] === 100)
  const exceeded = rules.find(({ excess: { low } }) => low !== null && low > 0)
  if (exceeded !== undefined) return back(exceeded.says)
  const unsure = rules.find(({ excess: { value } }) => value === null || value > 0)
  return unsure === undefined ? on : wait(`not sure yet: ${unsure.says}`)
}

/** The limits that are set; without calls of others there is nothing to compare with. */
function rulesOf(stopWhen: StopWhen, evidence: Evidence, isAlone: boolean): Rule[] {
  const { errorRateAbove, errorRateWorseBy, slowerBy, dearerBy } = stopWhen
  return [
    errorRateAbove === null ? undefined : failing(evidence, errorRateAbove),
    errorRateWorseBy === null || isAlone ? undefined : losing(evidence, errorRateWorseBy),
    slowerBy === null || isAlone ? undefined : slower(evidence, slowerBy),
    dearerBy === null || isAlone ? undefined : dearer(evidence, dearerBy),
  ].filter(rule => rule !== undefined)
}

function failing({ to }: Evidence, most: number): Rule {
  const rate = failedOf(to)
  return {
    excess: lower(rate, most),
    says: `${percent(rate.value)} of its calls fail, ${percent(most)} may`,
  }
}

function losing({ to, others }: Evidence, most: number): Rule {
  const [own, theirs] = [lostOf(to), lostOf(others)]
  return {
    excess: lower(differenceOf(own, theirs), most),
    says: `${percent(own.value)} of its calls fail or are turned down, of the others' ${percent(theirs.value)}; ${points(most)} more may`,
  }
}

function slower({ to, others }: Evidence, most: number): Rule {
  const [own, theirs] = [waitOf(to), waitOf(others)]
  return {
    excess: differenceOf(own, times(theirs, most)),
    says: `callers wait ${duration(own.value)} for it, ${duration(theirs.value)} for the others; ${most} times as long is the most`,
  }
}

function dearer({ to, others }: Evidence, most: number): Rule {
  const [own, theirs] = [costOf(to), costOf(others)]
  return {
    excess: differenceOf(own, times(theirs, most)),
    says: `an answer costs ${dollars(own.value)}, of the others ${dollars(theirs.value)}; ${most} times as much is the most`,
  }
}

/** With fewer calls nothing is certain. */
const FEW = 5
/** How likely it may be that a target is called broken which is not. It is looked at often, so it must be little. */
const CHANCE = 1e-4

/** A target that fails so often that no more calls are needed to know it. */
function findBroken({ errorRateAbove, errorRateWorseBy }: StopWhen, { to, others }: Evidence) {
  const { answered, failed, refused } = to
  const [asked, lost] = [answered + failed, failed + refused]
  if (errorRateAbove !== null && isSurely(failed, asked, errorRateAbove))
    return `${failed} of ${count(asked, 'call')} failed`
  const { high } = lostOf(others)
  if (errorRateWorseBy !== null && high !== null && isSurely(lost, answered + lost, high + errorRateWorseBy))
    return `${lost} of ${count(answered + lost, 'call')} failed or were turned down, of the others' ${percent(lostOf(others).value)}`
  return undefined
}

const isSurely = (hits: number, all: number, share: number): boolean =>
  all >= FEW && chanceOf(hits, all, share) < CHANCE

const change = ({ value, low, high }: Estimate, by: (figure: number) => number): Estimate => ({
  value: value === null ? null : by(value),
  low: low === null ? null : by(low),
  high: high === null ? null : by(high),
})
const lower = (estimate: Estimate, by: number) => change(estimate, figure => figure - by)
const times = (estimate: Estimate, by: number) => change(estimate, figure => figure * by)

const NANO = 1e9
const dollars = (value: number | null): string => money(value === null ? null : value * NANO)
const points = (share: number): string => `${Number((share * 100).toFixed(2))} points`
