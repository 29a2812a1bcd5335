import { createAsk } from './ask/ask.ts'
import { isSetByRuntime } from './config/environment.ts'
import type { GatewaySettings } from './config/gateway.ts'
import { type Copying, createCopy } from './copy.ts'
import { migrateAll } from './database/migrations.ts'
import { isInMemory, type OpenDatabase, openDatabase } from './database/open.ts'
import { isLoopbackName, ORIGIN } from './door/address.ts'
import { withCors } from './door/cors.ts'
import { createDoor } from './door/door.ts'
import { createDrain } from './drain.ts'
import { ConfigError } from './errors.ts'
import {
  type Connection,
  type Deciding,
  Exchange,
  type Ordering,
  type Scoped,
  type Settled,
} from './exchange.ts'
import { createFaults, type Faults } from './faults.ts'
import { first } from './hooks.ts'
import { createInFlight } from './in-flight.ts'
import { describeMembers, type Member, type Setting, type Site } from './inventory.ts'
import { blaming } from './loading/blaming.ts'
import { type Closing, createClosing } from './loading/closing.ts'
import { createLog } from './log.ts'
import type { Shell } from './page.ts'
import type { Peers } from './peers.ts'
import { createPipeline } from './pipeline.ts'
import type { Host, Plugin } from './plugin.ts'
import type { Provider } from './provider.ts'
import { assemble, type House } from './registry.ts'
import { createConversations } from './respond/conversations.ts'
import { createRespond } from './respond/respond.ts'
import { startTicks } from './ticks.ts'
import type { Awaitable } from './types.ts'
import { createAllowed } from './upstream/allowed.ts'
import { createEgress, createProbe } from './upstream/egress.ts'
import { toHiddenFailure } from './upstream/failures.ts'

export interface GatewayOptions {
  readonly settings: GatewaySettings
  readonly plugins: readonly Plugin[]
  /** Raw settings by plugin name. */
  readonly pluginSettings: Readonly<Record<string, unknown>>
  readonly shell: Shell
  readonly assets: Readonly<Record<string, string>>
  /** The folder of the shared migrations. */
  readonly migrations: string
  readonly version: string
  /** Plugins that the operator has brought, by name, as the operator calls them. */
  readonly brought?: ReadonlyMap<string, string>
  /** What the settings are and where they come from; asked once, by whoever wants to see them. */
  readonly survey?: (settings: GatewaySettings) => readonly Setting[]
  /** When the last reload of the configuration failed (milliseconds since 1970); undefined where it did not. */
  readonly reloadFailedAt?: () => number | undefined
  readonly now?: () => number
  /** What its plugins, by name, have of the other processes that serve the port. */
  readonly peers?: (plugin: string) => Peers
  /** The `heritage` of the gateway that this one will replace; not the gateway, which each would then keep alive for ever. */
  readonly inherited?: Gateway['heritage'] | undefined
}

export interface Gateway {
  /** The whole gateway as a web-standard handler. */
  fetch(request: Request, connection?: Connection): Awaitable<Response>
  /** Plugins in the order of the house. */
  readonly order: readonly Member[]
  readonly providers: readonly string[]
  /** Callers on this machine need no key, because there is none. */
  readonly isOpen: boolean
  /** What is left to the gateway that replaces this one: by plugins, and the count of what went wrong. */
  readonly heritage: { readonly plugins: ReadonlyMap<string, unknown>; readonly faults: Faults }
  /** Another worker has told a plugin something. */
  hear(plugin: string, note: unknown): Awaitable<unknown>
  /** What a plugin of this worker has counted. */
  figures(plugin: string): Awaitable<unknown>
  /**
   * No new work; what runs finishes within the drain time, or the `deadline` (ms); then plugins close in reverse order.
   * Never fails: of what cannot be closed the log tells.
   */
  stop(deadline?: number): Promise<void>
}

/** How many answers may arrive for nobody, and for how long (milliseconds). */
const DRAIN = { limit: 256, longest: 300_000 }

const LOCAL: Connection = { loopback: true, keepOpen: () => {}, expectReading: () => {} }

/** Builds the house: database, plugins, pipeline, door. Nothing listens yet. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { databaseUrl, databaseAuthToken } = options.settings
  const database = await openDatabase(databaseUrl, databaseAuthToken)
  const closing = createClosing()
  closing.add('The database', () => database.close())
  try {
    const { migrations: shared, plugins } = options
    await migrateAll(database, { shared, plugins, log: createLog('gateway') })
    return await build(options, database, closing)
  } catch (error) {
    // What was only half opened may not close either; why it was not opened is what matters.
    await closing.closeAll(createLog('gateway').debug)
    throw error
  }
}

async function build(options: GatewayOptions, database: OpenDatabase, closing: Closing): Promise<Gateway> {
  const { settings, plugins, version, now = Date.now, inherited } = options
  // Whoever saves the configuration has not seen yet what went wrong in the night before.
  const faults = inherited?.faults ?? createFaults(now)
  const log = faults.watch(createLog('gateway'))

  let house: House | undefined
  const built = (): House => {
    if (house === undefined)
      throw new ConfigError('A plugin asks for providers or decisions during setup: wait for "start"')
    return house
  }
  const providers = () => built().providers.all()
  const allDialects = () => [...built().parts.values()].flatMap(({ dialects = [] }) => dialects)
  const byFetch = isSetByRuntime()
  const egress = createEgress({ ...createAllowed(settings.egressAllow, built), byFetch })
  closing.add('The way out', egress.close)
  const probe = createProbe(byFetch)
  const store = (plugin: string, stored: readonly Provider[]) => {
    built().providers.store(plugin, stored)
    egress.renew()
  }
  const members = () => describeMembers(plugins, { parts: built().parts, brought: options.brought, faults })
  const conversations = createConversations()
  const site: Site = {
    version,
    base: settings.basePath,
    isLoopback: isLoopbackName(settings.host.replace(/^::1$/, '[::1]')),
    isStopping: () => inFlight.isStopping(),
    reloadFailedAt: options.reloadFailedAt ?? (() => undefined),
    ...(settings.configFile !== undefined && { configFile: settings.configFile }),
  }
  let surveyed: readonly Setting[] | undefined
  const shared = (plugin: string): Omit<Host, 'config' | 'use'> => ({
    db: database.db,
    ...addressOf(settings),
    log: faults.watch(createLog(plugin), plugin),
    now,
    fetch: egress.fetch,
    providers,
    shelf: { types: () => built().providers.types, put: stored => store(plugin, stored), probe },
    dialects: () => allDialects().map(({ name }) => name),
    dialect: name => allDialects().find(dialect => dialect.name === name),
    decide: (asked: string, facts: Deciding) => pipeline.decide(asked, facts),
    plan: async (asked: string, facts: Ordering) => pipeline.plan(asked, facts),
    list: (x: Scoped) => pipeline.list(x),
    call: request => door(request, LOCAL),
    review: conversations.review,
    copy: (of: Settled, copying: Copying) => copy(of, copying),
    plugins: members,
    settings: () => (surveyed ??= options.survey?.(settings) ?? []),
    ...(options.peers && { peers: options.peers(plugin) }),
    inherited: inherited?.plugins.get(plugin),
    site,
  })
  house = await assemble(plugins, options.pluginSettings, shared)
  const { hooks, parts } = house
  for (const [name, part] of parts) closing.add(`Plugin "${name}"`, () => part.close?.())

  const inFlight = createInFlight(settings.pingInterval || Number.POSITIVE_INFINITY)
  let isEmpty = false
  closing.add('What is under way', () => (isEmpty ? undefined : inFlight.stop(0)))
  const drain = settings.onHangUp === 'drain' ? createDrain(DRAIN) : undefined
  const ask = createAsk({
    providers,
    ownerOf: house.ownerOf,
    hooks,
    egress,
    timeout: settings.upstreamTimeout || Number.POSITIVE_INFINITY,
    attemptTimeout: settings.attemptTimeout || Number.POSITIVE_INFINITY,
    retries: settings.retries,
    strict: settings.strictParameters,
    drain,
  })
  const { revealServed, bodyLimit, uploadLimit } = settings
  const responding = {
    hooks,
    log,
    revealServed,
    drain,
    toFailure: toHiddenFailure,
    leave: inFlight.leave,
    conversations,
  }
  const respond = createRespond(responding)
  const unheard = createRespond({ ...responding, hooks: { ...hooks, tap: undefined, head: undefined } })
  const copy = createCopy({ ask, respond: unheard, enter: inFlight.enter })
  const pipeline = createPipeline({ hooks, ask, respond, enter: inFlight.enter, bodyLimit, uploadLimit })
  const all = [...parts.values()]
  const door = createDoor({
    ...options,
    ...pipeline,
    enter: inFlight.enter,
    leave: inFlight.leave,
    now,
    hooks,
    log,
    base: settings.basePath,
    bodyLimit,
    uploadLimit,
    ownerOf: house.ownerOf,
    passages: all.flatMap(({ passages = [] }) => passages),
    dialects: all.flatMap(({ dialects = [] }) => dialects),
    api: all.flatMap(({ api = [] }) => api),
    pages: all.flatMap(({ pages = [] }) => pages),
  })
  const entrance = withCors(door, settings.corsOrigins, settings.basePath)
  for (const [name, part] of parts) await blaming(name, 'start', () => part.start?.())
  closing.add('What repeats', startTicks(parts, log))
  let closed: Promise<void> | undefined

  return {
    fetch: (request, connection = LOCAL) => entrance(request, connection),
    order: members(),
    providers: [...providers().keys()],
    isOpen: await isOpen(house),
    heritage: { plugins: new Map([...parts].map(([name, { heritage }]) => [name, heritage])), faults },
    hear: (plugin, note) => parts.get(plugin)?.hear?.(note),
    figures: plugin => parts.get(plugin)?.figures?.(),
    async stop(deadline = settings.drainTimeout) {
      await inFlight.stop(deadline)
      isEmpty = true
      closed ??= closing.closeAll(log.error)
      await closed
    },
  }
}

/** Nobody else can open a database that is in memory. */
const addressOf = ({
  databaseUrl: url,
  databaseAuthToken: authToken,
}: GatewaySettings): Pick<Host, 'dbAddress'> =>
  isInMemory(url) ? {} : { dbAddress: { url, ...(authToken !== undefined && { authToken }) } }

/** Asks the way a caller without a key would. */
async function isOpen({ hooks }: House): Promise<boolean> {
  try {
    const probe = new Exchange(new Request(ORIGIN), { name: 'start' }, LOCAL)
    return (await first(hooks.authenticate, probe))?.kind === 'open'
  } catch {
    return false
  }
}
