import type { Child } from 'hono/jsx'
import type { PageRequest } from '../../../src/contract/page.ts'
import { Badge, type Tone } from '../../../views/badge.tsx'
import { ago, count, number } from '../../../views/format.ts'
import { Icon } from '../../../views/icon.tsx'
import { Name, spell } from '../../../views/name.tsx'
import { shortHash } from '../../../views/short-hash.ts'
import { Table } from '../../../views/table.tsx'
import type { Counted, McpServer, Offer, ServerView, Standing } from '../model.ts'
import { addressOf } from '../servers/server.ts'
import { Changes } from './changes.tsx'

interface CardProps {
  readonly view: ServerView
  readonly counts: readonly Counted[]
  readonly now: number
  readonly request: PageRequest
}

const states: Readonly<Record<Standing['state'], { readonly word: string; readonly tone: Tone }>> = {
  new: { word: 'being asked', tone: 'outline' },
  ready: { word: 'ready', tone: 'accent' },
  away: { word: 'away', tone: 'bad' },
}

/** One server: how it stands, who may use it, and its tools. */
export function ServerCard({ view, counts, now, request }: CardProps) {
  const { server, standing } = view
  const { word, tone } = states[standing.state]
  const own = counts.filter(each => each.server === server.name && each.kind === 'tool')
  return (
    <li class="toolbox" data-state={standing.state}>
      <header>
        <h2>
          <Name text={server.name} />
        </h2>
        {standing.offer?.software !== undefined && (
          <span class="muted">
            <Name text={standing.offer.software} />
          </span>
        )}
        <Badge tone={tone}>{word}</Badge>
      </header>
      {standing.error !== undefined && (
        <p class="trouble">
          <Icon name="alert" />
          <span>
            It {standing.error}. {standing.offer !== undefined && 'What it told before stays listed.'}
          </span>
        </p>
      )}
      <Facts server={server} standing={standing} now={now} />
      <Changes view={view} request={request} />
      {standing.offer !== undefined && (
        <ToolList server={server} offer={standing.offer} counts={own} closed={closedOf(view)} />
      )}
    </li>
  )
}

/** Those that the configuration closes, and those that wait for an operator. */
function closedOf({ server, standing, changes }: ServerView): ReadonlySet<string> {
  const names = (standing.offer?.tools ?? []).map(({ name }) => name).filter(name => !server.offers(name))
  return new Set([...names, ...(server.reviewsChanges ? changes.map(({ tool }) => tool.name) : [])])
}

const Fact = ({ name, children }: { name: string; children?: Child }) => (
  <div class="fact">
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const Facts = ({
  server,
  standing: { offer, askedAt },
  now,
}: {
  server: McpServer
  standing: Standing
  now: number
}) => (
  <dl>
    <Fact name="Address">
      <Name class="mono" text={addressOf(server.url)} />
    </Fact>
    <Fact name="Open to">
      {server.userPaths === undefined
        ? 'everybody'
        : [...server.userPaths].map((path, index) => (
            <>
              {index > 0 && ', '}
              <Name class="mono" text={path} />
            </>
          ))}
    </Fact>
    <Fact name="Asked">
      {askedAt === undefined ? (
        'not yet'
      ) : (
        <time datetime={new Date(askedAt).toISOString()}>{ago(now - askedAt)}</time>
      )}
      {offer !== undefined && <span class="muted">, protocol {offer.protocol}</span>}
    </Fact>
  </dl>
)

/** So many tools are shown without being asked for. */
const FEW = 6

function ToolList({
  server,
  offer: { tools },
  counts,
  closed,
}: {
  server: McpServer
  offer: Offer
  counts: readonly Counted[]
  /** Names of those that nobody may call. */
  closed: ReadonlySet<string>
}) {
  const byTool = Map.groupBy(counts, ({ name }) => name)
  return (
    <details class="tool-list" id={`tools-${shortHash(server.name)}`} open={tools.length <= FEW}>
      <summary>
        {count(tools.length, 'tool')}
        {closed.size > 0 && <span class="muted">, {number(closed.size)} of them closed</span>}
      </summary>
      {tools.length > 0 && (
        <Table caption={`Tools of ${server.name}`} headings={['Tool', 'What it does', 'Calls', 'Failed']}>
          {tools.map(({ name, description }) => (
            <tr>
              <th scope="row" data-label="Tool">
                <Name class="mono" text={name} /> {closed.has(name) && <Badge tone="outline">closed</Badge>}
              </th>
              <td data-label="What it does">
                <span class="about">{spell(description ?? '')}</span>
              </td>
              <Counts counts={byTool.get(name) ?? []} />
            </tr>
          ))}
        </Table>
      )}
    </details>
  )
}

/** Since the start. */
function Counts({ counts }: { counts: readonly Counted[] }) {
  const failed = counts.filter(({ outcome }) => outcome === 'failed' || outcome === 'error')
  return (
    <>
      <td class="num" data-label="Calls">
        <Sum of={counts} />
      </td>
      <td class="num" data-label="Failed">
        <Sum of={failed} />
      </td>
    </>
  )
}

function Sum({ of }: { of: readonly Counted[] }) {
  const sum = of.reduce((total, each) => total + each.count, 0)
  return sum === 0 ? <span class="muted">none</span> : <span>{number(sum)}</span>
}
