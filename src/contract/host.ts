import type { Copy } from '../ask/copy.ts'
import type { Database, DatabaseAddress } from '../database/open.ts'
import type { Deciding, Ordering, Scoped } from '../exchange.ts'
import type { Log } from '../log.ts'
import type { Awaitable, ListedModel, Route } from '../types.ts'
import type { Dialect } from './dialect.ts'
import type { Member, Setting, Site } from './inventory.ts'
import type { Peers } from './peers.ts'
import type { Provider, ProviderShelf } from './provider.ts'
import type { Restating } from './restating.ts'

/** What a plugin is given. Nothing else is reachable: no globals, no environment, no clock of its own. */
export interface Host<C = unknown> {
  /** The plugin's settings, validated by its `config` schema. */
  readonly config: C
  /** The gateway's one database, migrated. A plugin writes its own `tables` only. */
  readonly db: Database
  /** Where `db` is, for a worker thread of the plugin; absent where it is in memory, and so belongs to this thread. */
  readonly dbAddress?: DatabaseAddress
  /** Lines of the log under the plugin's name. */
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The guarded fetch: http(s) only, no redirects, only origins of configured providers, of `Parts.origins`, or `EGRESS_ALLOW`. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>
  /** All configured providers, in stable order. Complete once `start` is called. */
  readonly providers: () => ReadonlyMap<string, Provider>
  /** Where providers are put that operators add while the gateway runs. */
  readonly shelf: ProviderShelf
  /** The names of all dialects. Complete once `start` is called. */
  readonly dialects: () => readonly string[]
  /** One of them. Complete once `start` is called. */
  readonly dialect: (name: string) => Dialect | undefined
  /** Makes the decision of the request path for another name or caller, without asking upstream. */
  readonly decide: (asked: string, facts: Deciding) => Awaitable<Route>
  /** The same, with the targets in the order in which they would be tried. */
  readonly plan: (asked: string, facts: Ordering) => Promise<Route>
  /** The models this caller may use, sorted by id. */
  readonly list: (x: Scoped) => Promise<readonly ListedModel[]>
  /** A call at the gateway's own door, as one from this machine: known, refused, answered and recorded like any other. */
  readonly call: (request: Request) => Awaitable<Response>
  /** What callers may do is not what it was: conversations under way are asked whether they may go on. */
  readonly review: () => void
  /**
   * Makes a call that has ended once more, at another target: with the body that was sent for it, after all that was
   * checked, shaped and masked. No room is taken and no policy asked. Its answer goes to nobody, not even to taps and
   * heads, but to the `hear` that is given along: only `attempt` and `settle` hear of it, where `copyOf` says which call it
   * repeats. Ends with the copy.
   */
  readonly copy: Copy
  /** The order of the house: every plugin with what it does here. Complete once `start` is called. */
  readonly plugins: () => readonly Member[]
  /** Every setting as it is in effect, without what is secret. */
  readonly settings: () => readonly Setting[]
  /** Settings that operators change while the gateway runs; absent where no other one could take its place. */
  readonly restating?: Restating
  readonly site: Site
  /** The same plugin in the other processes that serve the port; absent where there is no other (`WORKERS`). */
  readonly peers?: Peers
  /** The `heritage` of this plugin in the gateway before, where a reload of the configuration put this one in its place. */
  readonly inherited?: unknown
  /** The `exports` of a plugin that `needs` names. @throws ConfigError where `needs` does not */
  use<A>(name: string): A
}
