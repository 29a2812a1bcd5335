import type { PageRequest } from '../../../src/contract/page.ts'
import { Badge } from '../../../views/badge.tsx'
import { count, number } from '../../../views/format.ts'
import { HistoryLink } from '../../../views/history-link.tsx'
import { Link } from '../../../views/link.tsx'
import { Name, spell } from '../../../views/name.tsx'
import { Pulse } from '../../../views/pulse.tsx'
import { Table } from '../../../views/table.tsx'
import type { Pot } from '../counting/pot.ts'
import { KIND, type Limit } from '../model.ts'
import { Gauges, Reset, Unpriced } from './gauge.tsx'
import { type KeyName, Member } from './holders.tsx'
import { hasWindow, presentOf, sentenceOf } from './words.ts'

export interface LimitData {
  readonly name: string
  /** Undefined where there is none of this name. */
  readonly limit: Limit | undefined
  /** The fullest first, those that are shown. */
  readonly pots: readonly Pot[]
  /** Pots in use. */
  readonly members: number
  /** When the present window is over. */
  readonly end: number
  readonly keyName: KeyName
  readonly now: number
}

interface Props {
  readonly data: LimitData
  readonly request: PageRequest
}

/** One limit: what it says, and who has used how much of it. */
export function LimitView({ data, request }: Props) {
  const { limit, name } = data
  const path = `${request.base}/dashboard/limits`
  if (limit === undefined) return <Missing name={name} path={path} />
  const asked = new URLSearchParams({ name })
  return (
    <div id="limit">
      <header class="top">
        <div>
          <p class="crumb">
            <Link href={path}>Limits</Link>
          </p>
          <h1>
            <Name text={limit.name} />{' '}
            {!limit.enabled && (
              <span class="badges">
                <Badge tone="outline">off</Badge>
              </span>
            )}
          </h1>
          <p class="lead">{sentenceOf(limit)}</p>
          {limit.description !== '' && <p class="lead">{limit.description}</p>}
          {limit.declaredIn !== undefined && (
            <p class="lead">
              Declared in <code>{limit.declaredIn}</code>: edit it there.
            </p>
          )}
        </div>
        {limit.declaredIn === undefined && (
          <div class="exports">
            <HistoryLink kind={KIND} subject={name} base={request.base} />
            <Link class="button" href={`${path}?${new URLSearchParams({ edit: name })}`}>
              {request.admin.mayWrite ? 'Edit' : 'View'}
            </Link>
          </div>
        )}
      </header>
      <Pots data={data} limit={limit} base={request.base} />
      <Pulse from={`${path}/detail/now?${asked}`} page={`${path}/detail?${asked}`} round={0} />
    </div>
  )
}

const Missing = ({ name, path }: { name: string; path: string }) => (
  <header class="top">
    <div>
      <p class="crumb">
        <Link href={path}>Limits</Link>
      </p>
      <h1>Not here</h1>
      <p class="lead">
        {name === '' ? 'The address names no limit.' : `There is no limit “${spell(name)}” any more.`}{' '}
        <Link href={path}>See all limits</Link>
      </p>
    </div>
  </header>
)

interface PotsProps {
  readonly data: LimitData
  readonly limit: Limit
  readonly base: string
}

const whose = { all: 'Who', key: 'Key', user_path: 'User path' } as const

/** Who has used how much, the fullest first. */
export function Pots({ data, limit, base }: PotsProps) {
  const { pots, members, now, end, keyName } = data
  const clock = hasWindow(limit) && (
    <>
      {' '}
      <Reset at={end} zone={limit.timeZone} now={now} />.
    </>
  )
  if (!limit.enabled)
    return (
      <section id="pots" class="nothing">
        <h2>It is off</h2>
        <p>Nothing is counted, and nobody is held back.</p>
      </section>
    )
  if (pots.length === 0)
    return (
      <section id="pots" class="nothing">
        <h2>Nobody has used any of it{hasWindow(limit) && ` ${presentOf(limit.per)}`}</h2>
        <p>Whoever makes a call that counts for it stands here.{clock}</p>
      </section>
    )
  return (
    <section id="pots" aria-label="Who has used how much">
      <p class="period">
        {limit.each !== 'all' &&
          `${count(members, limit.each === 'key' ? 'key' : 'user path')} in use${members > pots.length ? `, the ${number(pots.length)} fullest are here` : ''}.`}
        {clock}
        {pots.some(({ running }) => running > 0) && ' What is held, calls under way may still use.'}
      </p>
      <Table caption="Who has used how much" headings={[whose[limit.each], 'Used']}>
        {pots.map(pot => (
          <tr>
            <th scope="row">
              <Member limit={limit} pot={pot} keyName={keyName} base={base} />
            </th>
            <td data-label="Used">
              <div>
                <Gauges limit={limit} pot={pot} />
                <Unpriced pot={pot} />
              </div>
            </td>
          </tr>
        ))}
      </Table>
    </section>
  )
}
