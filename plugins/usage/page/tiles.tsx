import { compact, count, duration, money, number, percent } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { type Change, Delta, Stat } from '../../../views/stat.tsx'
import { quantileOf } from '../histogram.ts'
import type { Part } from '../report/usage.ts'
import { cachedShare, costOf, errorRate, inputOf, known, outputOf } from './figures.ts'

interface TilesProps {
  readonly now: Part
  readonly before: Part | undefined
  readonly against: string
  /** The rows behind the figures, or only the failed ones, or those that were answered out of the cache. */
  readonly rows: string
  readonly failed: string
  readonly stored: string
}

/** Puts figures of a period against those of the period before. */
export const changesOf =
  (now: Part, before: Part | undefined, against: string) =>
  (of: (part: Part) => number | null, more: Change['more'] = 'plain'): Change => ({
    now: of(now),
    before: before === undefined ? null : of(before),
    against,
    more,
  })

/** How many calls failed, and how many were given up by who made them. */
export const Failures = ({ sums: { errors, hang_ups } }: { sums: Part['sums'] }) => (
  <p class="aside">
    {count(errors, 'error')}
    {hang_ups > 0 && `, ${count(hang_ups, 'hang-up')}`}
  </p>
)

/** The figures of a period, each against the period before. */
export function Tiles({ now, before, against, rows, failed, stored }: TilesProps) {
  const change = changesOf(now, before, against)
  const { sums } = now
  return (
    <ul class="stats">
      <Stat label="Cost" value={money(costOf(sums))} change={change(({ sums }) => costOf(sums))}>
        <Gaps sums={sums} />
      </Stat>
      <Stat
        label="Calls"
        value={<Link href={rows}>{number(sums.calls)}</Link>}
        change={change(({ sums }) => sums.calls)}
      >
        <p class="aside">{shareOf(sums.streams, sums.calls)} streamed</p>
      </Stat>
      <Stat
        label="Failed"
        value={<Link href={failed}>{errorRate(sums) === null ? 'none' : percent(errorRate(sums))}</Link>}
        change={{ ...change(({ sums }) => errorRate(sums), 'bad'), say: percent }}
      >
        <Failures sums={sums} />
      </Stat>
      <Stat
        label="Tokens in"
        value={<Amount value={known(sums, inputOf(sums))} />}
        change={change(({ sums }) => known(sums, inputOf(sums)))}
      >
        {cachedShare(sums) !== null && <p class="aside">{percent(cachedShare(sums))} read from cache</p>}
      </Stat>
      <Stat
        label="Tokens out"
        value={<Amount value={known(sums, outputOf(sums))} />}
        change={change(({ sums }) => known(sums, outputOf(sums)))}
      >
        {sums.reasoning > 0 && (
          <p class="aside">{percent(sums.reasoning / outputOf(sums))} of it reasoning</p>
        )}
      </Stat>
      {sums.hits > 0 && (
        <Stat
          label="From the cache"
          value={<Link href={stored}>{percent(sums.hits / sums.calls)}</Link>}
          change={{ ...change(({ sums }) => shareOfHits(sums), 'good'), say: percent }}
        >
          <p class="aside">
            {sums.saved_nano === 0 ? count(sums.hits, 'call') : `saved ${money(sums.saved_nano)}`}
          </p>
        </Stat>
      )}
      <Stat
        label="Duration, median"
        value={duration(quantile(now, 'total', 0.5))}
        change={change(part => quantile(part, 'total', 0.5), 'bad')}
      >
        <p class="aside">
          95 % within {duration(quantile(now, 'total', 0.95))}{' '}
          <Delta {...change(part => quantile(part, 'total', 0.95), 'bad')} />
        </p>
      </Stat>
      <Stat
        label="First token, median"
        value={duration(quantile(now, 'first', 0.5))}
        change={change(part => quantile(part, 'first', 0.5), 'bad')}
      >
        <p class="aside">
          95 % within {duration(quantile(now, 'first', 0.95))}{' '}
          <Delta {...change(part => quantile(part, 'first', 0.95), 'bad')} />
        </p>
      </Stat>
    </ul>
  )
}

export function quantile({ times }: Part, kind: 'total' | 'first', share: number): number | null {
  return (times && quantileOf(times[kind], share)) ?? null
}

const shareOfHits = ({ hits, calls }: Part['sums']): number | null => (calls === 0 ? null : hits / calls)

const shareOf = (some: number, all: number): string => percent(all === 0 ? 0 : some / all)

export const Amount = ({ value }: { value: number | null }) =>
  value === null ? <>not known</> : <span title={number(value)}>{compact(value)}</span>

/** What is missing in a sum of money, or only estimated. */
export const Gaps = ({ sums: { unpriced, unknown, estimated } }: { sums: Part['sums'] }) => (
  <>
    {unpriced + unknown > 0 && (
      <p class="aside gap">
        Not in it:{' '}
        {[
          ...(unpriced > 0 ? [`${number(unpriced)} without a price`] : []),
          ...(unknown > 0 ? [`${number(unknown)} without known tokens`] : []),
        ].join(', ')}
      </p>
    )}
    {estimated > 0 && <p class="aside">{number(estimated)} estimated</p>}
  </>
)
