import {
  differenceOf,
  type Estimate,
  meanDifference,
  meanOf,
  meanScore,
  quantileEstimate,
  rateOf,
  verdictOf,
} from '../../../src/base/statistics.ts'
import type { Ask } from './answers.ts'
import { checkLines } from './budget.ts'
import type { Range } from './cover.ts'
import { NOTHING, toCallerFigures } from './figures.ts'
import type { Differences, Pairs } from './pairs.ts'
import type { ScorePairs, ScoreSum } from './scores.ts'
import type { Sums, Times } from './sums.ts'
import type { FailedTries } from './tries.ts'

const NANO = 1_000_000_000
/** A redirect has fewer targets. */
const TARGETS = 50

/** What is compared with each other: a target, or a period. */
export interface Side {
  readonly name: string
  /** It was told of calls in secret: what it says went to nobody. */
  readonly isMirror?: boolean
  readonly sums: Sums
  readonly times: Times | undefined
  /** Tries that failed, after which another target was asked. */
  readonly failedTries: number
  /** What was said of its answers, by name. */
  readonly scores?: readonly ScoreSum[]
}

/** Tries at the targets of a redirect that failed, after which another one was asked; from records. */
export async function readFailedTries(
  ask: Ask,
  source: string,
  period: Range,
): Promise<ReadonlyMap<string, number>> {
  const tries = await readTries(ask, source, [period])
  return new Map(tries.map(({ target, count }) => [target, count]))
}

/** What callers were answered, and what only its mirror was asked. */
const callsOf = (source: string) => ({ virtual_model: source, mirrored: false })
export const copiesOf = (source: string) => ({ virtual_model: source, mirrored: true })

/** The models that were a redirect's mirror in a period, as sides. */
export async function readMirrors(ask: Ask, source: string, period: Range): Promise<Side[]> {
  const question = {
    ranges: [period],
    groupings: [{ by: 'target' }] as const,
    filters: copiesOf(source),
    records: false,
  }
  const found = await ask('sums', question)
  if (found.length === 0) return []
  const times = await ask('times', question)
  return found.map(({ group: [name = ''], sums }) => ({
    name,
    isMirror: true,
    sums,
    times: times.find(({ group }) => group[0] === name)?.times,
    failedTries: 0,
  }))
}

/** Call by call, how a redirect's mirrors did. Records are looked through where there is one. */
export async function readPairsOf(ask: Ask, source: string, period: Range): Promise<readonly Pairs[]> {
  await checkLines(ask, period, copiesOf(source))
  return ask('pairs', { source, period })
}

/** The targets that served a redirect in a period, the most used first, and how many calls never got to one. */
export async function readTargets(ask: Ask, source: string, period: Range) {
  const base = { ranges: [period], filters: callsOf(source), records: false }
  const question = { ...base, groupings: [{ by: 'target' }] as const }
  const found = (await ask('sums', question)).toSorted((a, b) => b.sums.calls - a.sums.calls)
  const tries = await readTries(ask, source, [period])
  const unasked = found.find(({ group }) => group[0] === '')?.sums.calls ?? 0
  const names = [...new Set([...found.map(({ group }) => group[0]!), ...tries.map(({ target }) => target)])]
  const times = await ask('times', question)
  const sides = names
    .filter(name => name !== '')
    .slice(0, TARGETS)
    .map((name): Side => {
      const isIt = ({ group }: { readonly group: readonly string[] }) => group[0] === name
      return {
        name,
        sums: found.find(isIt)?.sums ?? NOTHING,
        times: times.find(isIt)?.times,
        failedTries: countOf(tries.filter(({ target }) => target === name)),
      }
    })
  return { sides, unasked }
}

/** A redirect, or one of its targets, in two periods. */
export async function readPeriods(
  ask: Ask,
  { source, target }: { readonly source: string; readonly target?: string | undefined },
  ranges: readonly [Range, Range],
): Promise<Side[]> {
  const question = { ranges, groupings: [], filters: { ...callsOf(source), target }, records: false }
  const found = await ask('sums', question)
  const times = await ask('times', question)
  // A call counts once, however many targets it went through: only of one target all tries are counted.
  const tries = target === undefined ? [] : await readTries(ask, source, ranges)
  return ['period', 'against'].map((name, i): Side => {
    const isIt = ({ bucket }: { readonly bucket: number }) => bucket === i
    return {
      name,
      sums: found.find(isIt)?.sums ?? NOTHING,
      times: times.find(isIt)?.times,
      failedTries: countOf(tries.filter(tried => isIt(tried) && tried.target === target)),
    }
  })
}

/** Records need not be looked through where every call that was tried at all was tried once. */
async function readTries(
  ask: Ask,
  source: string,
  ranges: readonly Range[],
): Promise<readonly FailedTries[]> {
  const filters = callsOf(source)
  const targets = await ask('sums', { ranges, groupings: [{ by: 'target' }], filters, records: false })
  const asked = targets.filter(({ group }) => group[0] !== '')
  if (asked.every(({ sums }) => sums.attempts <= sums.calls - sums.hits)) return []
  for (const range of ranges) await checkLines(ask, range, filters)
  return ask('tries', { source, ranges })
}

const countOf = (tries: readonly FailedTries[]): number => tries.reduce((sum, { count }) => sum + count, 0)

const SHARES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const
type Quantiles = Readonly<Record<keyof typeof SHARES, Estimate>>

/** What is known of a side, with intervals. Stored answers say nothing about how a model does: they are left out of those. */
export function toFigures({ name, isMirror = false, sums, times, failedTries, scores = [] }: Side) {
  const { calls, errors, hang_ups, tokens, unknown, estimated, cost_nano, unpriced } = toCallerFigures(sums)
  const { hits } = sums
  const [tries, failures] = [calls - hits + failedTries, errors + failedTries]
  return {
    name,
    mirror: isMirror,
    requests: calls,
    tries,
    failures,
    hang_ups,
    error_rate: rateOf(failures, tries),
    total_ms: toQuantiles(times?.total),
    first_byte_ms: toQuantiles(times?.first),
    tokens,
    unknown,
    estimated,
    cost_nano,
    unpriced,
    cost_per_request_nano: scale(meanOf(sums.cost_nano / NANO, sums.cost_squares, sums.priced - hits), NANO),
    scores: scores.map(score => ({
      name: score.name,
      by: score.by,
      count: score.count,
      mean: meanScore(score),
    })),
  }
}
export type SideFigures = ReturnType<typeof toFigures>

/** What one side has more than the other, figure by figure. */
export const toDifference = (one: SideFigures, other: SideFigures) => ({
  of: one.name,
  mirror: one.mirror,
  to: other.name,
  error_rate: judge(one.error_rate, other.error_rate),
  total_ms: judgeAll(one.total_ms, other.total_ms),
  first_byte_ms: judgeAll(one.first_byte_ms, other.first_byte_ms),
  cost_per_request_nano: judge(one.cost_per_request_nano, other.cost_per_request_nano),
  scores: one.scores.flatMap(({ name, by, mean }) => {
    const same = other.scores.find(score => score.name === name && score.by === by)
    return same === undefined ? [] : [{ name, by, ...judge(mean, same.mean) }]
  }),
})

/** What a mirror has more than who answered the same calls, on the average. */
export const toPaired = (
  { target, count, output, cost, total, first }: Pairs,
  scores: readonly ScorePairs[],
) => ({
  of: target,
  pairs: count,
  output_tokens: judgePairs(output),
  cost_nano: judgePairs(cost, NANO),
  total_ms: judgePairs(total),
  first_byte_ms: judgePairs(first),
  scores: scores
    .filter(score => score.target === target)
    .map(score => ({ name: score.name, pairs: score.count, ...judgePairs(score) })),
})
export type Paired = ReturnType<typeof toPaired>

const judgePairs = ({ sum, squares, count }: Differences, by = 1) =>
  withVerdict(scale(meanDifference(sum, squares, count), by))

const judge = (one: Estimate, other: Estimate) => withVerdict(differenceOf(one, other))

const withVerdict = (difference: Estimate) => ({ ...difference, verdict: verdictOf(difference) })

const judgeAll = (one: Quantiles, other: Quantiles) => ({
  p50: judge(one.p50, other.p50),
  p95: judge(one.p95, other.p95),
  p99: judge(one.p99, other.p99),
})

const toQuantiles = (counts: ReadonlyMap<number, number> = new Map()): Quantiles => ({
  p50: quantileEstimate(counts, SHARES.p50),
  p95: quantileEstimate(counts, SHARES.p95),
  p99: quantileEstimate(counts, SHARES.p99),
})

const scale = ({ value, low, high }: Estimate, by: number): Estimate => {
  const scaled = (figure: number | null) => (figure === null ? null : figure * by)
  return { value: scaled(value), low: scaled(low), high: scaled(high) }
}
