import type { Estimate } from '../../src/base/statistics.ts'
import { spellDuration } from '../../src/contract/settings.ts'
import type { TargetOutcomes } from '../usage/model.ts'
import { costOf, failedOf, lostOf, waitOf } from './evidence.ts'
import { judge } from './judge.ts'
import type { Rollout } from './schema.ts'

const NANO = 1e9

/** How the admin API shows a rollout. */
export const toView = (rollout: Rollout, now: number) => {
  const { source, plan, state, step, why, author, startedAt, changedAt, evidence } = rollout
  const { errorRateAbove, errorRateWorseBy, slowerBy, dearerBy } = plan.stopWhen
  return {
    source,
    to: plan.to,
    steps: [...plan.steps],
    every: spellDuration(plan.every),
    min_calls: plan.minCalls,
    stop_when: {
      error_rate_above: errorRateAbove,
      error_rate_worse_by: errorRateWorseBy,
      slower_by: slowerBy,
      dearer_by: dearerBy,
    },
    state,
    step: step + 1,
    percent: plan.steps[step]!,
    why,
    waits_for: waitsFor(rollout, now) ?? null,
    next_at: state === 'running' ? new Date(nextAt(rollout)).toISOString() : null,
    author,
    started_at: new Date(startedAt).toISOString(),
    changed_at: new Date(changedAt).toISOString(),
    evidence: { to: toFigures(evidence.to), others: toFigures(evidence.others) },
  }
}

/** When the step has lasted its time. */
export const nextAt = ({ since, plan }: Pick<Rollout, 'since' | 'plan'>): number => since + plan.every

/** What a rollout that is under way waits for. */
export function waitsFor(rollout: Rollout, now: number): string | undefined {
  if (rollout.state === 'paused') return 'somebody to resume it'
  if (rollout.state !== 'running') return undefined
  const judged = judge(rollout, now)
  return judged.kind === 'wait' ? judged.why : 'the next look'
}

const toFigures = (outcomes: TargetOutcomes) => ({
  answered: outcomes.answered,
  failed: outcomes.failed,
  refused: outcomes.refused,
  error_rate: failedOf(outcomes),
  error_or_refusal_rate: lostOf(outcomes),
  wait_ms: waitOf(outcomes),
  cost_per_answer_nano: times(costOf(outcomes), NANO),
})

const times = ({ value, low, high }: Estimate, by: number): Estimate => ({
  value: value === null ? null : value * by,
  low: low === null ? null : low * by,
  high: high === null ? null : high * by,
})
