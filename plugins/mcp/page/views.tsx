import type { PageRequest } from '../../../src/contract/page.ts'
import { Copyable } from '../../../views/copyable.tsx'
import { VIA } from '../../../views/dialog-form.tsx'
import { Csrf } from '../../../views/form.tsx'
import { Icon } from '../../../views/icon.tsx'
import { Link } from '../../../views/link.tsx'
import type { Counted, ServerView } from '../model.ts'
import { HowToSwitchOn } from './off.tsx'
import { piecesFor } from './pieces.ts'
import { ServerCard } from './server-card.tsx'
import { ToolsTabs } from './tabs.tsx'

export interface ToolsData {
  readonly servers: readonly ServerView[]
  readonly counts: readonly Counted[]
  readonly now: number
  readonly hasSignOn: boolean
  readonly configFile: string | undefined
}

interface Props {
  readonly data: ToolsData
  readonly request: PageRequest
}

export function ToolsView({ data, request }: Props) {
  const isOn = data.servers.length > 0
  return (
    <>
      <header class="top">
        <div>
          <h1>Tools</h1>
          <p class="lead">
            What agents use beside models: the tools of MCP servers, all at one address, each open to whom you
            say.
          </p>
        </div>
        {isOn && request.admin.mayWrite && <Refresh request={request} />}
      </header>
      {isOn ? (
        <>
          <ToolsTabs current="servers" base={request.base} />
          <Servers data={data} request={request} />
          <HowToConnect request={request} hasSignOn={data.hasSignOn} />
        </>
      ) : (
        <HowToSwitchOn configFile={data.configFile} />
      )}
    </>
  )
}

function Refresh({ request: { base, admin } }: { request: PageRequest }) {
  const path = `${base}/dashboard/tools/refresh`
  return (
    <form method="post" action={path} hx-post={path} hx-swap="none" hx-vals={VIA} hx-sync="this:drop">
      <Csrf admin={admin} />
      <button id="refresh" class="button" type="submit">
        <Icon name="refresh" />
        Ask all servers
      </button>
    </form>
  )
}

/** All that changes when servers are asked anew. */
export const Servers = ({ data: { servers, counts, now }, request }: Props) => (
  <ul id="servers" class="toolboxes">
    {servers.map(view => (
      <ServerCard view={view} counts={counts} now={now} request={request} />
    ))}
  </ul>
)

function HowToConnect({
  request: { base, admin, origin },
  hasSignOn,
}: {
  request: PageRequest
  hasSignOn: boolean
}) {
  const isOpen = admin.via === 'loopback'
  return (
    <section class="connecting" aria-labelledby="connecting">
      <h2 id="connecting">How agents connect</h2>
      <p class="muted">
        At <code>/mcp</code> an agent finds the tools of all servers that it may use, named{' '}
        <code>server__tool</code>; at <code>/mcp/NAME</code> those of one, by their own names.{' '}
        {isOpen ? (
          'No key is set, so none is asked for.'
        ) : (
          <>
            It comes with a key, or a token, as for models; here the variable <code>MODELWAY_KEY</code> holds
            it. <Link href={`${base}/dashboard/keys`}>Go to the keys</Link>
            {hasSignOn &&
              '. Without the line that names it, an agent that knows how asks its person to sign in at your identity provider.'}
          </>
        )}
      </p>
      {piecesFor({ address: `${origin}${base}/mcp`, isOpen }).map((piece, index) => (
        <Copyable {...piece} id={`connect-${index}`} />
      ))}
    </section>
  )
}
