import type { PageRequest } from '../../../src/contract/page.ts'
import type { Leaf } from '../../../src/database/look-back.ts'
import { Badge } from '../../../views/badge.tsx'
import { Choice, Filters } from '../../../views/filters.tsx'
import { ago } from '../../../views/format.ts'
import { HistoryTabs } from '../../../views/history-tabs.tsx'
import { Link } from '../../../views/link.tsx'
import { toQuery } from '../../../views/listing.ts'
import { Moment } from '../../../views/moment.tsx'
import { Name } from '../../../views/name.tsx'
import { Table } from '../../../views/table.tsx'
import { Turn } from '../../../views/turn.tsx'
import type { Who } from '../schema.ts'
import type { Call } from '../trail.ts'

/** What the address of the page asks for. */
export interface Query {
  readonly q: string
  readonly who: Who | ''
  readonly outcome: keyof typeof outcomes
  /** Only what is older; '' begins with the newest. */
  readonly before: string
}

export interface CallsData {
  readonly query: Query
  readonly leaf: Leaf<Call>
  readonly now: number
}

interface Outcome {
  readonly title: string
  readonly status: readonly [number, number] | undefined
}

/** What became of calls → which statuses that are. */
export const outcomes = {
  '': { title: 'All outcomes', status: undefined },
  done: { title: 'Done', status: [200, 399] },
  refused: { title: 'Refused', status: [400, 499] },
  failed: { title: 'Failed', status: [500, 599] },
} as const satisfies Record<string, Outcome>

const ways: Readonly<Record<Who, string>> = {
  master: 'Master key',
  key: 'API key',
  session: 'Dashboard',
  token: 'Token',
  loopback: 'This machine',
  caller: 'A caller’s key',
  nobody: 'Nobody: no valid key',
}

interface Props {
  readonly data: CallsData
  readonly request: PageRequest
}

export function CallsView({ data, request: { base } }: Props) {
  const page = `${base}/dashboard/history/calls`
  return (
    <>
      <header class="top">
        <div>
          <h1>History</h1>
          <p class="lead">
            Every admin call that is not a GET, refused ones too, by API and dashboard; and keys that callers
            make.
          </p>
        </div>
      </header>
      <HistoryTabs current="calls" base={base} />
      <CallFilters query={data.query} page={page} />
      <Calls data={data} page={page} />
    </>
  )
}

const CallFilters = ({ query, page }: { query: Query; page: string }) => (
  <Filters
    path={page}
    into="calls"
    search={{ label: 'Search calls', placeholder: 'Search people and addresses', value: query.q }}
  >
    <Choice name="who" label="Way in" value={query.who} options={{ '': 'All ways in', ...ways }} />
    <Choice
      name="outcome"
      label="Outcome"
      value={query.outcome}
      options={Object.fromEntries(Object.entries(outcomes).map(([name, { title }]) => [name, title]))}
    />
  </Filters>
)

function Calls({ data: { query, leaf, now }, page }: { data: CallsData; page: string }) {
  return (
    <section id="calls" tabindex={-1} aria-label="Admin calls">
      {leaf.rows.length === 0 ? (
        <Empty query={query} page={page} />
      ) : (
        <Table caption="Admin calls, newest first" headings={['Call', 'Outcome', 'Who', 'When']}>
          {leaf.rows.map(call => (
            <Line call={call} now={now} />
          ))}
        </Table>
      )}
      <Turn
        newer={{ text: 'Newest', href: query.before === '' ? undefined : addressOf(page, query) }}
        older={leaf.next === undefined ? undefined : addressOf(page, query, String(leaf.next))}
        isPart={leaf.isPart}
      />
    </section>
  )
}

const Line = ({ call: { method, path, status, who, name, at }, now }: { call: Call; now: number }) => (
  <tr>
    <th scope="row" data-label="Call">
      <span class="muted mono">{method}</span> <Name class="mono" text={path} />
    </th>
    <td data-label="Outcome">
      <Badge
        tone={status < 400 ? 'good' : status < 500 ? 'amber' : 'bad'}
      >{`${wordOf(status)} ${status}`}</Badge>
    </td>
    <td data-label="Who">
      <div>
        {name === null ? ways[who] : <Name text={name} />}
        {name !== null && <p class="about">{ways[who]}</p>}
      </div>
    </td>
    <td data-label="When">
      <div>
        {ago(now - at)}
        <p class="about">
          <Moment at={at} />
        </p>
      </div>
    </td>
  </tr>
)

const wordOf = (status: number): string => (status < 400 ? 'done' : status < 500 ? 'refused' : 'failed')

const Empty = ({ query, page }: { query: Query; page: string }) =>
  query.q + query.who + query.outcome === '' ? (
    <div class="nothing none-yet">
      <h2>Nothing was done yet</h2>
      <p>Whatever operators do, or try to do, stands here from now on.</p>
    </div>
  ) : (
    <div class="nothing">
      <h2>Nothing matches</h2>
      <p>
        <Link href={page}>Show all calls</Link>
      </p>
    </div>
  )

const addressOf = (page: string, query: Query, before = ''): string => page + toQuery({ ...query, before })
