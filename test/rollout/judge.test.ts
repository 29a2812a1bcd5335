import { expect, test } from 'bun:test'
import { noEvidence } from '../../plugins/rollout/evidence.ts'
import { judge } from '../../plugins/rollout/judge.ts'
import type { StopWhen } from '../../plugins/rollout/model.ts'
import type { TargetOutcomes } from '../../plugins/usage/model.ts'
import { binOf } from '../../src/base/histogram.ts'
import { chanceOf } from '../../src/base/statistics.ts'

/** What a look comes to, by figures: nothing is decided that is not certain. */

const never: StopWhen = { errorRateAbove: null, errorRateWorseBy: null, slowerBy: null, dearerBy: null }

interface Case {
  readonly to: Partial<TargetOutcomes>
  readonly others?: Partial<TargetOutcomes>
  readonly stop?: Partial<StopWhen>
  readonly percent?: number
  /** Minutes of the ten that the step lasts. */
  readonly after?: number
}

function look({ to, others = {}, stop = {}, percent = 25, after = 10 }: Case) {
  const plan = { to: 'a/b', steps: [percent], every: 600_000, minCalls: 50, stopWhen: { ...never, ...stop } }
  const evidence = { to: { ...noEvidence.to, ...to }, others: { ...noEvidence.others, ...others } }
  return judge({ plan, step: 0, since: 0, evidence }, after * 60_000).kind
}

const waits = (ms: number, count: number) => ({ answered: count, waits: { [binOf(ms)]: count } })
/** Answers of one cent, and as many of three. */
const costs = (count: number) => ({
  answered: count,
  cost: { count, sum: count * 0.02, squares: (count / 2) * (0.01 ** 2 + 0.03 ** 2) },
})
const ABOVE = { errorRateAbove: 0.05 }
const WORSE = { errorRateWorseBy: 0.02 }
const SLOWER = { slowerBy: 1.5 }
const DEARER = { dearerBy: 2 }

test.each<[string, Case, string]>([
  ['goes on when nothing is limited', { to: { answered: 50 } }, 'on'],
  ['waits for its time', { to: { answered: 500 }, after: 9 }, 'wait'],
  ['waits for answers', { to: { answered: 49 }, after: 1000 }, 'wait'],
  ['waits while failures seem too many', { to: { answered: 50, failed: 4 }, stop: ABOVE }, 'wait'],
  ['goes back when they surely are', { to: { answered: 90, failed: 12 }, stop: ABOVE }, 'back'],
  ['goes on below the limit', { to: { answered: 100, failed: 5 }, stop: ABOVE }, 'on'],
  ['knows a broken one at once', { to: { failed: 5 }, stop: ABOVE, after: 0 }, 'back'],
  ['knows nothing from three calls', { to: { failed: 3 }, stop: ABOVE, after: 0 }, 'wait'],
  ['is not hurried by a bad beginning', { to: { answered: 6, failed: 2 }, stop: ABOVE, after: 0 }, 'wait'],
  [
    'minds refusals where the others have none',
    { to: { answered: 20, refused: 30 }, others: { answered: 500 }, stop: WORSE, after: 0 },
    'back',
  ],
  [
    'minds none that all have alike',
    { to: { answered: 50, refused: 50 }, others: { answered: 500, refused: 500 }, stop: WORSE },
    'on',
  ],
  ['waits for somebody to compare with', { to: { answered: 50 }, stop: WORSE }, 'wait'],
  ['compares with nobody at 100 per cent', { to: { answered: 50 }, stop: WORSE, percent: 100 }, 'on'],
  ['goes back when slower', { to: waits(800, 60), others: waits(200, 60), stop: SLOWER }, 'back'],
  ['goes on when quicker', { to: waits(200, 60), others: waits(200, 60), stop: SLOWER }, 'on'],
  [
    'goes back when dearer',
    { to: costs(100), others: { cost: { count: 100, sum: 0.5, squares: 0.003 } }, stop: DEARER },
    'back',
  ],
  ['waits while costs are not known', { to: { answered: 100 }, others: costs(100), stop: DEARER }, 'wait'],
])('it %s', (_, facts, kind) => {
  expect(look(facts)).toBe(kind as ReturnType<typeof look>)
})

test('a chance is never told smaller than it is', () => {
  expect(chanceOf(5, 5, 0.05)).toBeCloseTo(0.05 ** 5, 12)
  expect(chanceOf(1, 20, 0.05)).toBe(1)
  expect(chanceOf(0, 0, 0.05)).toBe(1)
  for (const [hits, all, share] of [
    [4, 10, 0.1],
    [12, 100, 0.05],
    [40, 50, 0.5],
  ] as const)
    expect(chanceOf(hits, all, share)).toBeGreaterThanOrEqual(tailOf(hits, all, share))
})

/** The chance itself, added up. */
function tailOf(hits: number, all: number, share: number): number {
  let sum = 0
  let term = (1 - share) ** all
  for (let i = 0; i <= all; i++) {
    if (i >= hits) sum += term
    term *= ((all - i) / (i + 1)) * (share / (1 - share))
  }
  return sum
}
