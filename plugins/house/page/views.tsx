import type { Member } from '../../../src/contract/inventory.ts'
import type { PageRequest } from '../../../src/contract/page.ts'
import { Choice, Filters } from '../../../views/filters.tsx'
import { number } from '../../../views/format.ts'
import { Link } from '../../../views/link.tsx'
import { RequestPath } from './path.tsx'
import { PluginLine } from './plugin.tsx'
import { choices, type Placed, type Query } from './query.ts'

export interface PluginsData {
  readonly query: Query
  /** All of them, in the order of the house. */
  readonly all: readonly Member[]
  readonly found: readonly Placed[]
  readonly now: number
}

interface Props {
  readonly data: PluginsData
  readonly request: PageRequest
}

export const PluginsView = ({ data, request }: Props) => (
  <>
    <header class="top">
      <div>
        <h1>Plugins</h1>
        <p class="lead">
          Every feature and every vendor is a plugin. Their order is the list: who stands first is asked
          first.
        </p>
      </div>
    </header>
    <RequestPath members={data.all} />
    <section class="house-group" aria-labelledby="order-title">
      <header>
        <h2 id="order-title">The order of the house</h2>
        <p class="muted">
          Yours are added with <code>PLUGINS</code>, and stand behind these.
        </p>
      </header>
      <Search data={data} path={`${request.base}/dashboard/plugins`} />
      <Found data={data} request={request} />
    </section>
  </>
)

const Search = ({ data, path }: { data: PluginsData; path: string }) => (
  <Filters
    path={path}
    into="plugins"
    search={{ label: 'Search plugins', placeholder: 'Name, hook, endpoint, provider', value: data.query.q }}
  >
    <Choice name="show" label="Which plugins" value={data.query.show} options={choices} />
    <p id="count" class="count" role="status">
      {data.found.length === data.all.length
        ? `${number(data.all.length)} plugins`
        : `${number(data.found.length)} of ${number(data.all.length)}`}
    </p>
  </Filters>
)

const Found = ({ data, request }: Props) => (
  <div id="plugins">
    {data.found.length === 0 ? (
      <section class="nothing">
        <h2>No plugin is like that</h2>
        <p>
          {data.query.show === 'errors' ? 'Nothing went wrong since the start. ' : ''}
          <Link href={`${request.base}/dashboard/plugins`}>See all plugins</Link>
        </p>
      </section>
    ) : (
      <ol class="ledger">
        {data.found.map(placed => (
          <PluginLine placed={placed} base={request.base} now={data.now} />
        ))}
      </ol>
    )}
  </div>
)
