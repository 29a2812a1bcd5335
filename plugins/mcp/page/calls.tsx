import type { PageRequest } from '../../../src/contract/page.ts'
import type { Leaf } from '../../../src/database/look-back.ts'
import { Badge, type Tone } from '../../../views/badge.tsx'
import { Choice, Filters } from '../../../views/filters.tsx'
import { ago, duration, money, size } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { toQuery } from '../../../views/listing.ts'
import { Moment } from '../../../views/moment.tsx'
import { Name } from '../../../views/name.tsx'
import { PathLink } from '../../../views/row-head.tsx'
import { Table } from '../../../views/table.tsx'
import { Turn } from '../../../views/turn.tsx'
import type { Kind, Outcome } from '../calls/outcome.ts'
import type { ToolRecord } from '../calls/records.ts'
import { ToolsTabs } from './tabs.tsx'

const said: Readonly<Record<Outcome, { readonly words: string; readonly tone: Tone }>> = {
  ok: { words: 'done', tone: 'good' },
  failed: { words: 'tool failed', tone: 'amber' },
  refused: { words: 'refused by a guardrail', tone: 'amber' },
  limited: { words: 'refused by a limit', tone: 'amber' },
  error: { words: 'server failed', tone: 'bad' },
  gone: { words: 'client gone', tone: 'outline' },
}

const plurals = { tool: 'Tools', prompt: 'Prompts', resource: 'Resources' } as const satisfies Record<
  Kind,
  string
>

/** What the address of the page asks for. */
export interface Query {
  readonly q: string
  readonly server: string
  readonly kind: Kind | ''
  readonly outcome: Outcome | ''
  /** Only what is older; '' begins with the newest. */
  readonly before: string
}

export interface CallsData {
  readonly query: Query
  readonly leaf: Leaf<ToolRecord>
  /** Names of servers, those of the configuration. */
  readonly servers: readonly string[]
  /** What people call whoever called. */
  readonly nameOf: (key: string) => string | undefined
  readonly now: number
}

interface Props {
  readonly data: CallsData
  readonly request: PageRequest
}

export function CallsView({ data, request: { base } }: Props) {
  const page = `${base}/dashboard/tools/calls`
  return (
    <>
      <header class="top">
        <div>
          <h1>Tools</h1>
          <p class="lead">
            Each call of a tool, and each prompt and resource that was read: by whom, how long it took, and
            what became of it. What was said is kept nowhere.
          </p>
        </div>
      </header>
      <ToolsTabs current="calls" base={base} />
      <CallFilters data={data} page={page} />
      <Calls data={data} page={page} base={base} />
    </>
  )
}

const CallFilters = ({ data: { query, servers }, page }: { data: CallsData; page: string }) => (
  <Filters
    path={page}
    into="tool-calls"
    search={{ label: 'Search calls', placeholder: 'Search names and user paths', value: query.q }}
  >
    <Choice
      name="server"
      label="Server"
      value={query.server}
      options={{ '': 'All servers', ...Object.fromEntries(servers.map(name => [name, name])) }}
    />
    <Choice name="kind" label="Kind" value={query.kind} options={{ '': 'All kinds', ...plurals }} />
    <Choice
      name="outcome"
      label="Outcome"
      value={query.outcome}
      options={{
        '': 'All outcomes',
        ...Object.fromEntries(Object.entries(said).map(([outcome, { words }]) => [outcome, words])),
      }}
    />
  </Filters>
)

const headings = ['Name', 'Outcome', 'Who', 'Took', 'Cost', 'When']

function Calls({ data, page, base }: { data: CallsData; page: string; base: string }) {
  const { query, leaf } = data
  return (
    <section id="tool-calls" tabindex={-1} aria-label="Calls of tools">
      {leaf.rows.length === 0 ? (
        <Empty query={query} page={page} />
      ) : (
        <Table caption="Calls of tools, newest first" headings={headings}>
          {leaf.rows.map(call => (
            <Line call={call} data={data} base={base} />
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

function Line({ call, data, base }: { call: ToolRecord; data: CallsData; base: string }) {
  const { words, tone } = said[call.outcome]
  return (
    <tr>
      <th scope="row" data-label="Name">
        <div>
          <Name class="mono" text={call.name} />
          <p class="about">
            {call.kind} of <Name text={call.server} />
          </p>
        </div>
      </th>
      <td data-label="Outcome">
        <Badge tone={tone}>{words}</Badge>
      </td>
      <td data-label="Who">
        <div>
          <PathLink path={call.userPath} base={base} />
          <p class="about">
            <Name text={data.nameOf(call.keyId) ?? call.keyId} />
          </p>
        </div>
      </td>
      <td class="num" data-label="Took">
        <div>
          {duration(call.ms)}
          <p class="about">
            {size(call.requestBytes)} asked
            {call.answerBytes !== null && `, ${size(call.answerBytes)} answered`}
          </p>
        </div>
      </td>
      <td class="num" data-label="Cost">
        {call.costNano === null ? <span class="muted">no price</span> : money(call.costNano)}
      </td>
      <td data-label="When">
        <div>
          {ago(data.now - call.at)}
          <p class="about">
            <Moment at={call.at} />
          </p>
        </div>
      </td>
    </tr>
  )
}

const Empty = ({ query, page }: { query: Query; page: string }) =>
  query.q + query.server + query.kind + query.outcome === '' ? (
    <div class="nothing none-yet">
      <h2>No tool was called yet, and nothing read</h2>
      <p>Each call stands here from now on.</p>
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
