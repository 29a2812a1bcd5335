interface VerdictProps {
  /** Of this line to the first one. */
  readonly difference:
    | { readonly low: number | null; readonly high: number | null; readonly verdict: string }
    | undefined
  /** A distance, without its sign. */
  readonly say: (amount: number) => string
  /** More is better, as of scores; of costs and times less is. */
  readonly isMoreBetter?: boolean
}

/**
 * Says that a figure differs from that of the first line, and how sure that is; and nothing at all where the interval of
 * the difference holds zero, which it does where numbers are small. The intervals, and the papers that they are from, are
 * in `src/base/statistics.ts`: 95 %, by Wilson and Newcombe for rates, by order statistics for quantiles, by the normal
 * approximation for means.
 */
export function Verdict({ difference, say, isMoreBetter = false }: VerdictProps) {
  if (difference === undefined || difference.low === null || difference.high === null) return null
  const { verdict } = difference
  if (verdict !== 'higher' && verdict !== 'lower') return null
  const [near, far] = [difference.low, difference.high].map(Math.abs).sort((a, b) => a - b) as [
    number,
    number,
  ]
  const words = `${verdict} than in the first line, by ${say(near)} to ${say(far)} (95 %)`
  return (
    <p class="sure" data-tone={(verdict === 'higher') === isMoreBetter ? 'good' : 'bad'} title={words}>
      <span aria-hidden="true">{verdict} at 95 %</span>
      <span class="unseen">{words}</span>
    </p>
  )
}
