import { Bar } from '../../../../views/bar.tsx'
import { count, money, number } from '../../../../views/format.ts'
import { Link } from '../../../../views/link.tsx'
import { Name } from '../../../../views/name.tsx'
import type { Sums } from '../../report/sums.ts'
import type { UsageAnswer } from '../../report/usage.ts'
import { COLOURS } from '../chart.ts'
import { Swatch } from '../chart-view.tsx'
import { costOf, measured } from '../figures.ts'
import { choiceOf, type Places } from '../places.ts'
import type { Ranking, Shown } from './rankings.ts'

interface RankingProps {
  readonly ranking: Ranking
  readonly answer: UsageAnswer
  readonly by: Shown
  readonly places: Places
  readonly keyName: (id: string) => string | undefined
  /** The lines have the colours of the chart. */
  readonly hasSwatches: boolean
}

/** Those that use most, the greatest first; each number leads to the calls behind it. */
export function RankingCard({ ranking, answer, by, places, keyName, hasSwatches }: RankingProps) {
  const id = `top-${ranking.by}`
  const rest = answer.rest?.calls ?? 0
  return (
    <section class="card ranking" aria-labelledby={id}>
      <header class="topic">
        <h2 id={id}>{ranking.title}</h2>
        <Link href={places.usage({ by: ranking.usage === 'model' ? '' : ranking.usage })}>
          All<span class="unseen"> {ranking.title.toLowerCase()}</span>
        </Link>
      </header>
      <ol>
        {answer.groups.map(({ group: [value = ''], sums }, index) => {
          const choice = choiceOf(ranking.by, value)
          const label = value === '' ? ranking.none : nameOf(ranking, value, keyName)
          return (
            <li>
              <p class="who">
                {hasSwatches && <Swatch series={Math.min(index, COLOURS)} />}
                <Subject ranking={ranking} value={value} label={label} places={places} />
              </p>
              <p class="amounts">
                <Amounts
                  sums={sums}
                  by={by}
                  href={places.rows(choice)}
                  failed={places.rows({ ...choice, failed: 'true' })}
                  of={label}
                />
              </p>
              <Bar share={shareOf(by, sums, answer.sums)} series={hasSwatches ? index : undefined} />
            </li>
          )
        })}
      </ol>
      {rest > 0 && <p class="aside">and {count(rest, 'call')} of others</p>}
    </section>
  )
}

const nameOf = ({ by }: Ranking, value: string, keyName: RankingProps['keyName']): string =>
  (by === 'key' ? keyName(value) : undefined) ?? value

interface SubjectProps {
  readonly ranking: Ranking
  readonly value: string
  readonly label: string
  readonly places: Places
}

/** A model has a page of its own; of everything else the page of the usage tells more. */
function Subject({ ranking: { by }, value, label, places }: SubjectProps) {
  const isId = value !== '' && label === value
  const text = (
    <Name text={label} {...(isId && { class: 'mono' })} {...(label.length > 40 && { title: label })} />
  )
  if (value === '') return <span class="muted">{text}</span>
  const href =
    by === 'target'
      ? places.model(value, { of: 'provider' })
      : by === 'virtual_model'
        ? places.model(value)
        : places.usage(choiceOf(by, value))
  return <Link href={href}>{text}</Link>
}

interface AmountsProps {
  readonly sums: Sums
  readonly by: Shown
  readonly href: string
  readonly failed: string
  readonly of: string
}

/** Both numbers, the one that the list is sorted by first. */
function Amounts({ sums, by, href, failed, of }: AmountsProps) {
  const cost = costOf(sums) === null ? 'cost not known' : money(costOf(sums))
  const calls = count(sums.calls, 'call')
  const [first, second] = by === 'cost' ? [cost, calls] : [calls, cost]
  return (
    <>
      <Link href={href} aria-label={`${first}: ${of}`}>
        {first}
      </Link>{' '}
      <Link class="muted" href={href} aria-label={`${second}: ${of}`}>
        {second}
      </Link>
      {sums.errors > 0 && (
        <Link class="gap" href={failed} aria-label={`${number(sums.errors)} failed: ${of}`}>
          {number(sums.errors)} failed
        </Link>
      )}
    </>
  )
}

function shareOf(by: Shown, sums: Sums, all: Sums): number {
  const [some, whole] = [measured(by, sums), measured(by, all)]
  return some === null || !whole ? 0 : some / whole
}
