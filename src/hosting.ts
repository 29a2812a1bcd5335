import type { GatewaySettings } from './config/gateway.ts'
import type { Host } from './contract/host.ts'
import type { Setting, Site } from './contract/inventory.ts'
import type { Peers } from './contract/peers.ts'
import type { Plugin } from './contract/plugin.ts'
import type { Restating } from './contract/restating.ts'
import { isInMemory, type OpenDatabase } from './database/open.ts'
import { isLoopbackName } from './door/address.ts'
import type { Door } from './door/door.ts'
import { LOCAL } from './exchange.ts'
import type { Faults } from './faults.ts'
import type { InFlight } from './in-flight.ts'
import { createLog } from './log.ts'
import { describeMembers } from './members.ts'
import type { House } from './registry.ts'
import type { RequestPath } from './request-path.ts'
import { createProbe, type Egress } from './upstream/egress.ts'

/** What there is once all plugins are set up. */
export interface Built extends RequestPath {
  readonly house: House
  readonly inFlight: InFlight
  readonly door: Door
}

/** What plugins are told of the gateway that they are in. */
export interface Hosting {
  readonly settings: GatewaySettings
  readonly plugins: readonly Plugin[]
  readonly version: string
  /** Plugins that the operator has brought, by name, as the operator calls them. */
  readonly brought?: ReadonlyMap<string, string>
  /** What the settings are and where they come from; asked once, by whoever wants to see them. */
  readonly survey?: (settings: GatewaySettings) => readonly Setting[]
  /** How settings are changed while it runs. */
  readonly restating?: Restating
  /** When the last reload of the configuration failed (milliseconds since 1970); undefined where it did not. */
  readonly reloadFailedAt?: () => number | undefined
  /** What its plugins, by name, have of the other processes that serve the port. */
  readonly peers?: (plugin: string) => Peers
}

export interface HostsOptions extends Hosting, Pick<Host, 'now' | 'review'> {
  readonly inherited?: { readonly plugins: ReadonlyMap<string, unknown> } | undefined
  readonly database: OpenDatabase
  readonly faults: Faults
  readonly egress: Egress
  /** Calls leave as the runtime's `fetch` makes them. */
  readonly byFetch: boolean
  /** @throws ConfigError while plugins are set up. */
  readonly whenBuilt: () => Built
}

/** What each plugin is given. */
export function createHosts(options: HostsOptions): (plugin: string) => Omit<Host, 'config' | 'use'> {
  const { settings, plugins, brought, survey, database, faults, now, egress, review, whenBuilt } = options
  const dialects = () => [...whenBuilt().house.parts.values()].flatMap(({ dialects = [] }) => dialects)
  const probe = createProbe(options.byFetch)
  const site = toSite(options)
  let surveyed: readonly Setting[] | undefined
  return plugin => ({
    db: database.db,
    ...addressOf(settings),
    log: faults.watch(createLog(plugin), plugin),
    now,
    fetch: egress.fetch,
    providers: () => whenBuilt().house.providers.all(),
    shelf: {
      types: () => whenBuilt().house.providers.types,
      put(stored) {
        whenBuilt().house.providers.store(plugin, stored)
        egress.renew()
      },
      probe,
    },
    dialects: () => dialects().map(({ name }) => name),
    dialect: name => dialects().find(dialect => dialect.name === name),
    decide: (asked, facts) => whenBuilt().pipeline.decide(asked, facts),
    plan: async (asked, facts) => whenBuilt().pipeline.plan(asked, facts),
    list: async x => whenBuilt().pipeline.list(x),
    call: request => whenBuilt().door(request, LOCAL),
    review,
    copy: async (of, copying) => whenBuilt().copy(of, copying),
    plugins: () => describeMembers(plugins, { parts: whenBuilt().house.parts, brought, faults }),
    settings: () => (surveyed ??= survey?.(settings) ?? []),
    ...(options.restating && { restating: options.restating }),
    ...(options.peers && { peers: options.peers(plugin) }),
    inherited: options.inherited?.plugins.get(plugin),
    site,
  })
}

const toSite = ({ settings, version, reloadFailedAt, whenBuilt }: HostsOptions): Site => ({
  version,
  base: settings.basePath,
  isLoopback: isLoopbackName(settings.host.replace(/^::1$/, '[::1]')),
  isStopping: () => whenBuilt().inFlight.isStopping(),
  reloadFailedAt: reloadFailedAt ?? (() => undefined),
  ...(settings.configFile !== undefined && { configFile: settings.configFile }),
})

/** Nobody else can open a database that is in memory. */
const addressOf = ({
  databaseUrl: url,
  databaseAuthToken: authToken,
}: GatewaySettings): Pick<Host, 'dbAddress'> =>
  isInMemory(url) ? {} : { dbAddress: { url, ...(authToken !== undefined && { authToken }) } }
