import { type Estimate, meanOf, quantileEstimate, rateOf } from '../../src/base/statistics.ts'
import type { TargetOutcomes } from '../usage/model.ts'
import type { Evidence } from './model.ts'

const nothing: TargetOutcomes = {
  answered: 0,
  failed: 0,
  refused: 0,
  cost: { count: 0, sum: 0, squares: 0 },
  waits: {},
}

/** What a step begins with. */
export const noEvidence: Evidence = { to: nothing, others: nothing }

/** Adds what became of later calls. */
export function addOutcomes(
  { to, others }: Evidence,
  targets: Readonly<Record<string, TargetOutcomes>>,
  name: string,
): Evidence {
  const rest = Object.entries(targets).flatMap(([target, outcomes]) => (target === name ? [] : [outcomes]))
  return { to: add(to, targets[name] ?? nothing), others: rest.reduce(add, others) }
}

const add = (one: TargetOutcomes, other: TargetOutcomes): TargetOutcomes => ({
  answered: one.answered + other.answered,
  failed: one.failed + other.failed,
  refused: one.refused + other.refused,
  cost: {
    count: one.cost.count + other.cost.count,
    sum: one.cost.sum + other.cost.sum,
    squares: one.cost.squares + other.cost.squares,
  },
  waits: addCounts(one.waits, other.waits),
})

function addCounts(one: TargetOutcomes['waits'], other: TargetOutcomes['waits']) {
  const sum: Record<string, number> = { ...one }
  for (const [bin, count] of Object.entries(other)) sum[bin] = (sum[bin] ?? 0) + count
  return sum
}

/** Tries at a target that failed. */
export const failedOf = ({ answered, failed }: TargetOutcomes): Estimate => rateOf(failed, answered + failed)

/** Tries that failed, or were turned down: callers' own mistakes are among them, at all targets alike. */
export const lostOf = ({ answered, failed, refused }: TargetOutcomes): Estimate =>
  rateOf(failed + refused, answered + failed + refused)

/** The median of the time that callers waited, in milliseconds. */
export const waitOf = ({ waits }: TargetOutcomes): Estimate =>
  quantileEstimate(new Map(Object.entries(waits).map(([bin, count]) => [Number(bin), count])), 0.5)

/** Dollars for an answer. */
export const costOf = ({ cost: { sum, squares, count } }: TargetOutcomes): Estimate =>
  meanOf(sum, squares, count)
