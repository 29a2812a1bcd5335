import { duration, money, number, percent } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { Stat } from '../../../views/stat.tsx'
import type { Part } from '../report/usage.ts'
import { costOf, errorRate, inputOf, known, measured, outputOf } from './figures.ts'
import type { Places } from './places.ts'
import { Amount, changesOf, Failures, Gaps, quantile, Stats } from './tiles.tsx'

interface HeadlineProps {
  readonly now: Part
  readonly before: Part | undefined
  readonly against: string
  readonly places: Pick<Places, 'rows'>
}

const P95 = 0.95

/** The six figures that tell how things are, each against the period before and with a way to the calls behind it. */
export function Headline({ now, before, against, places: { rows } }: HeadlineProps) {
  const change = changesOf(now, before, against)
  const { sums } = now
  const tokens = (part: Part) => measured('tokens', part.sums)
  // Times are those of calls that were answered.
  const timed = { without: 'code' }
  return (
    <Stats>
      <Stat
        label="Cost"
        value={<Link href={rows()}>{money(costOf(sums))}</Link>}
        change={change(({ sums }) => costOf(sums))}
      >
        <Gaps sums={sums} />
      </Stat>
      <Stat
        label="Requests"
        value={<Link href={rows()}>{number(sums.calls)}</Link>}
        change={change(({ sums }) => sums.calls)}
      />
      <Stat
        label="Error rate"
        value={
          <Link href={rows({ failed: 'true' })}>{sums.calls === 0 ? '–' : percent(errorRate(sums))}</Link>
        }
        change={{ ...change(({ sums }) => errorRate(sums), 'bad'), say: percent }}
      >
        <Failures sums={sums} />
      </Stat>
      <Stat
        label="Tokens"
        value={
          <Link href={rows()}>
            <Amount value={tokens(now)} />
          </Link>
        }
        change={change(tokens)}
      >
        <p class="aside">
          in <Amount value={known(sums, inputOf(sums))} />, out <Amount value={known(sums, outputOf(sums))} />
        </p>
      </Stat>
      <Timed label="Duration, 95 %" kind="total" {...{ now, change }} href={rows(timed)} />
      <Timed
        label="First token, 95 %"
        kind="first"
        {...{ now, change }}
        href={rows({ ...timed, streamed: 'true' })}
      />
    </Stats>
  )
}

interface TimedProps {
  readonly label: string
  readonly kind: 'total' | 'first'
  readonly now: Part
  readonly change: ReturnType<typeof changesOf>
  readonly href: string
}

const Timed = ({ label, kind, now, change, href }: TimedProps) => (
  <Stat
    label={label}
    value={
      quantile(now, kind, P95) === null ? '–' : <Link href={href}>{duration(quantile(now, kind, P95))}</Link>
    }
    change={change(part => quantile(part, kind, P95), 'bad')}
  >
    {quantile(now, kind, 0.5) !== null && <p class="aside">median {duration(quantile(now, kind, 0.5))}</p>}
  </Stat>
)
