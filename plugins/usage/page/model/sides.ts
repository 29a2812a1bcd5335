import { type Side, type SideFigures, toDifference, toFigures } from '../../report/compare.ts'
import { combine, NOTHING } from '../../report/figures.ts'
import { type ScoreSum, scoresOf } from '../../report/scores.ts'
import type { Summed, Sums, Timed, Times } from '../../report/sums.ts'
import type { Part } from '../../report/usage.ts'

/** One line of the comparison: a target, or a virtual model, now and in the period before. */
export interface Line {
  readonly name: string
  /** It got copies of calls, and no caller saw its answers. */
  readonly isMirror: boolean
  readonly part: Part
  readonly figures: SideFigures
  readonly before: { readonly part: Part; readonly figures: SideFigures } | undefined
  /** What it has more than the first line; absent where that is no test: for the first line itself, and what never got to a target. */
  readonly difference: ReturnType<typeof toDifference> | undefined
}

interface Source {
  /** By range: 0 is now, 1 the period before. */
  readonly sums: readonly Summed[]
  readonly times: readonly Timed[]
  /** What was said of answers; none where lines are no targets of a redirect. */
  readonly scores: readonly ScoreSum[]
  /** Names that are listed although they served nothing. */
  readonly expected: readonly string[]
  /** Tries that failed before another target answered, by target; empty where they were not counted. */
  readonly failedTries: ReadonlyMap<string, number>
  /** Lines are compared with the first one. */
  readonly isTest: boolean
}

/** So many lines are shown. */
const MOST = 50

/** The lines of a comparison, the most used first. */
export function linesOf({ sums, times, scores, expected, failedTries, isTest }: Source): Line[] {
  const inRange = (bucket: number) => sums.filter(one => one.bucket === bucket)
  const found = inRange(0).toSorted((a, b) => b.sums.calls - a.sums.calls)
  const all = [...found.map(({ group }) => group[0] ?? ''), ...expected, ...failedTries.keys()]
  const sideOf = (name: string, bucket: number): Side => {
    const isIt = (one: Pick<Summed, 'group' | 'bucket'>) => one.bucket === bucket && one.group[0] === name
    return {
      name,
      sums: sums.find(isIt)?.sums ?? NOTHING,
      times: times.find(isIt)?.times,
      failedTries: bucket === 0 ? (failedTries.get(name) ?? 0) : 0,
      scores: scoresOf(scores, score => score.bucket === bucket && score.target === name),
    }
  }
  const hasBefore = inRange(1).length > 0
  const names = [...new Set(all)].slice(0, MOST)
  const first = names.find(name => name !== '')
  const baseline = first === undefined ? undefined : toFigures(sideOf(first, 0))
  return names.map((name): Line => {
    const [now, before] = [sideOf(name, 0), sideOf(name, 1)]
    const figures = toFigures(now)
    const isCompared = isTest && baseline !== undefined && name !== first && name !== ''
    return {
      name,
      isMirror: false,
      part: now,
      figures,
      before: hasBefore ? { part: before, figures: toFigures(before) } : undefined,
      difference: isCompared ? toDifference(figures, baseline) : undefined,
    }
  })
}

/** Behind the lines of the targets, those of mirrors; they are compared with the first one, too. */
export function mirrorsOf(source: Pick<Source, 'sums' | 'times' | 'scores'>, lines: readonly Line[]): Line[] {
  const first = lines.find(({ name }) => name !== '')?.figures
  const found = linesOf({ ...source, expected: [], failedTries: new Map(), isTest: false })
  return found.map(line => {
    const figures = { ...line.figures, mirror: true }
    return { ...line, isMirror: true, figures, difference: first && toDifference(figures, first) }
  })
}

/** Everything in one range together. */
export function wholeOf(sums: readonly Summed[], times: readonly Timed[], bucket: number): Part {
  const isIn = (one: { readonly bucket: number }) => one.bucket === bucket
  return {
    sums: sums.filter(isIn).reduce<Sums>((all, one) => combine(all, one.sums, 1), NOTHING),
    times: times.filter(isIn).reduce<Times>((all, one) => mergeTimes(all, one.times), {
      total: new Map(),
      first: new Map(),
    }),
  }
}

const mergeTimes = (one: Times, other: Times): Times => ({
  total: merge(one.total, other.total),
  first: merge(one.first, other.first),
})

function merge(one: ReadonlyMap<number, number>, other: ReadonlyMap<number, number>): Map<number, number> {
  const sum = new Map(one)
  for (const [bin, count] of other) sum.set(bin, (sum.get(bin) ?? 0) + count)
  return sum
}
