import type { Child } from 'hono/jsx'
import { quantileOf } from '../../../src/base/histogram.ts'
import { compact, count, duration, money, number, percent } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { type Change, Delta, Stat } from '../../../views/stat.tsx'
import type { Part } from '../report/usage.ts'
import { cachedShare, costOf, errorRate, inputOf, known, outputOf } from './figures.ts'
import { hasCalls } from './period.tsx'

interface TilesProps {
  readonly now: Part
  readonly before: Part | undefined
  readonly against: string
  /** The rows behind the figures, or only the failed ones, or those that were answered out of the cache. */
  readonly rows: string
  readonly failed: string
  readonly stored: string
}

/** Puts figures of a period against those of the period before, if anything was called in it. */
export const changesOf =
  (now: Part, before: Part | undefined, against: string) =>
  (of: (part: Part) => number | null, more: Change['more'] = 'plain'): Change => ({
    now: of(now),
    before: hasCalls(before) ? of(before) : null,
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

/** Figures beside each other, with a heading for who cannot see that. */
export const Stats = ({ children }: { children?: Child }) => (
  <section aria-labelledby="figures-title">
    <h2 class="unseen" id="figures-title">
      Figures
    </h2>
    <ul class="stats">{children}</ul>
  </section>
)

/** The figures of a period, each against the period before. */
export function Tiles({ now, before, against, rows, failed, stored }: TilesProps) {
  const change = changesOf(now, before, against)
  const { sums } = now
  return (
    <Stats>
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
      <Timed label="Duration, median" kind="total" now={now} change={change} />
      <Timed label="First token, median" kind="first" now={now} change={change} />
    </Stats>
  )
}

interface TimedProps {
  readonly label: string
  readonly kind: 'total' | 'first'
  readonly now: Part
  readonly change: ReturnType<typeof changesOf>
}

function Timed({ label, kind, now, change }: TimedProps) {
  const half = (part: Part) => quantile(part, kind, 0.5)
  const most = (part: Part) => quantile(part, kind, 0.95)
  return (
    <Stat label={label} value={duration(half(now))} change={change(half, 'bad')}>
      {most(now) !== null && (
        <p class="aside">
          95 % within {duration(most(now))} <Delta {...change(most, 'bad')} />
        </p>
      )}
    </Stat>
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
