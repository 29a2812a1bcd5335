/** Bins for times: each is a quarter of an octave wide, so a percentile is right to within nine per cent. */

/** Bins for an octave. */
const FINE = 4
/** The last bin holds everything from 2^21 ms (35 minutes) on. */
const LAST = 21 * FINE + 1

/** The bin of a time in milliseconds. Bin 0 holds what is below one. */
export const binOf = (ms: number): number =>
  ms < 1 ? 0 : Math.min(LAST, Math.floor(Math.log2(ms) * FINE + 1e-9) + 1)

/** From (inclusive) and to (exclusive) of a bin, in milliseconds; the last has no end of its own and is as wide as the others. */
export const boundsOf = (bin: number): readonly [from: number, to: number] =>
  bin === 0 ? [0, 1] : [2 ** ((bin - 1) / FINE), 2 ** (bin / FINE)]

/**
 * The time (ms) that a share of all calls did not exceed; undefined when there are none.
 *
 * @param counts calls by bin
 * @param share 0.5 for the median, 0.95, 0.99
 */
export function quantileOf(counts: ReadonlyMap<number, number>, share: number): number | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  let left = share * total
  const bins = [...counts].sort(([a], [b]) => a - b)
  for (const [bin, count] of bins) {
    const [from, to] = boundsOf(bin)
    if (left <= count) return from + (to - from) * (left / count)
    left -= count
  }
  return boundsOf(bins.at(-1)![0])[1]
}
