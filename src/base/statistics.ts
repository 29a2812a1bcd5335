import { boundsOf } from './histogram.ts'

/**
 * Estimates with intervals that hold the true value in 95 of 100 cases. They are for one look at one figure: who looks
 * again and again until a difference shows, or at many figures, finds more than there are.
 */

/** A figure, and where the true one lies; null where it cannot be told. */
export interface Estimate {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

const UNKNOWN: Estimate = { value: null, low: null, high: null }

/** The 97.5 per cent point of the normal distribution. */
const Z = 1.959963984540054
/** With fewer values, a mean of costs is not near enough to normal. */
const FEW = 30

/**
 * A share, by the score interval.
 *
 * E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 */
export function rateOf(hits: number, all: number): Estimate {
  if (all <= 0) return UNKNOWN
  const share = hits / all
  const spread = 1 + Z ** 2 / all
  const middle = (share + Z ** 2 / (2 * all)) / spread
  const half = (Z * Math.sqrt((share * (1 - share)) / all + (Z / (2 * all)) ** 2)) / spread
  return {
    value: share,
    low: hits === 0 ? 0 : Math.max(0, middle - half),
    high: hits === all ? 1 : Math.min(1, middle + half),
  }
}

/**
 * A mean, by the normal approximation: mean ± z·s/√n (central limit theorem). Needs thirty values for an interval.
 *
 * @param squares the sum of the squares
 */
export function meanOf(sum: number, squares: number, count: number): Estimate {
  const mean = meanDifference(sum, squares, count)
  return { ...mean, low: mean.low === null ? null : Math.max(0, mean.low) }
}

/**
 * A mean of scores from 0 to 1. Where each is one of the two, as thumbs are, it is a share, and known by the same interval
 * as shares are, however few there are.
 */
export function meanScore({
  sum,
  squares,
  count,
}: {
  sum: number
  squares: number
  count: number
}): Estimate {
  if (sum === squares) return rateOf(sum, count)
  const mean = meanOf(sum, squares, count)
  return { ...mean, high: mean.high === null ? null : Math.min(1, mean.high) }
}

/** The same of values that may be below zero: the differences of pairs. */
export function meanDifference(sum: number, squares: number, count: number): Estimate {
  if (count <= 0) return UNKNOWN
  const value = sum / count
  if (count < FEW) return { ...UNKNOWN, value }
  const variance = Math.max(0, (squares - count * value ** 2) / (count - 1))
  const half = Z * Math.sqrt(variance / count)
  return { value, low: value - half, high: value + half }
}

/**
 * A quantile, by order statistics: the values at the ranks np ± z·√(np(1−p)), which is the normal approximation to the
 * binomial distribution.
 *
 * W. J. Conover, "Practical Nonparametric Statistics", 3rd ed. (1999), section 3.2. Values are known by the bin of a
 * histogram only: the interval reaches to the edges of the bins, and never claims more.
 *
 * @param counts values by bin
 */
export function quantileEstimate(counts: ReadonlyMap<number, number>, share: number): Estimate {
  const bins = [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b)
  const all = bins.reduce((sum, [, count]) => sum + count, 0)
  if (all === 0) return UNKNOWN
  const half = Z * Math.sqrt(all * share * (1 - share))
  const [low, high] = [Math.floor(all * share - half), Math.ceil(all * share + half) + 1]
  const place = placeOf(bins, share * all)
  const [from, to] = boundsOf(place.bin)
  return {
    value: from + (to - from) * place.part,
    low: low < 1 ? null : boundsOf(placeOf(bins, low).bin)[0],
    high: high > all ? null : boundsOf(placeOf(bins, high).bin)[1],
  }
}

/** The bin that holds the value of a rank, and how far into it the rank is. */
function placeOf(bins: readonly (readonly [number, number])[], rank: number) {
  let left = rank
  for (const [bin, count] of bins) {
    if (left <= count) return { bin, part: left / count }
    left -= count
  }
  return { bin: bins.at(-1)![0], part: 1 }
}

/**
 * What one estimate has more than another, by the method of variance estimates recovery: each side of the interval takes
 * the distances of the two single ones, squared and added.
 *
 * G. Y. Zou, A. Donner, "Construction of confidence limits about effect measures: a general approach", Statistics in
 * Medicine 27 (2008). For two shares with Wilson's intervals it is method 10 of R. G. Newcombe, Statistics in Medicine 17
 * (1998); for two means, Welch's interval with the normal distribution.
 */
export function differenceOf(one: Estimate, other: Estimate): Estimate {
  if (one.value === null || other.value === null) return UNKNOWN
  const value = one.value - other.value
  if (one.low === null || one.high === null || other.low === null || other.high === null)
    return { ...UNKNOWN, value }
  return {
    value,
    low: value - Math.hypot(one.value - one.low, other.high - other.value),
    high: value + Math.hypot(one.high - one.value, other.value - other.low),
  }
}

export const verdicts = ['lower', 'higher', 'no difference can be told yet'] as const

/** What a difference says, in plain words. */
export function verdictOf({ low, high }: Estimate): (typeof verdicts)[number] {
  if (low !== null && low > 0) return 'higher'
  if (high !== null && high < 0) return 'lower'
  return 'no difference can be told yet'
}

/**
 * How likely so many hits are at most, where each of all is one with the chance `share`: exp(−n·KL(hits/n ‖ share)). It
 * holds however few they are, and for 5 of 5 it is exact.
 *
 * W. Hoeffding, "Probability inequalities for sums of bounded random variables", JASA 58 (1963), theorem 1.
 */
export function chanceOf(hits: number, all: number, share: number): number {
  const found = hits / all
  if (all <= 0 || found <= share) return 1
  const missed = found === 1 ? 0 : (1 - found) * Math.log((1 - found) / (1 - share))
  return Math.exp(-all * (found * Math.log(found / share) + missed))
}
