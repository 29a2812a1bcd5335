import { createPatience } from './base/patience.ts'
import { isSetByRuntime } from './config/environment.ts'
import type { Member } from './contract/inventory.ts'
import type { Shell } from './contract/page.ts'
import { startTicks } from './contract/ticks.ts'
import { migrateAll } from './database/migrations.ts'
import { type Database, type OpenDatabase, openDatabase } from './database/open.ts'
import { createOutage } from './database/outage.ts'
import { ORIGIN } from './door/address.ts'
import { withCors } from './door/cors.ts'
import { createDoor } from './door/door.ts'
import { ConfigError } from './errors.ts'
import { type Connection, Exchange, LOCAL } from './exchange.ts'
import { createFaults, type Faults } from './faults.ts'
import { first } from './hooks.ts'
import { type Built, createHosts, type Hosting } from './hosting.ts'
import { createInFlight } from './in-flight.ts'
import { blaming } from './loading/blaming.ts'
import { type Closing, createClosing } from './loading/closing.ts'
import { createLog } from './log.ts'
import { describeMembers } from './members.ts'
import { assemble, type House } from './registry.ts'
import { createRequestPath } from './request-path.ts'
import { createConversations } from './respond/conversations.ts'
import type { Awaitable } from './types.ts'
import { createAllowed } from './upstream/allowed.ts'
import { createEgress } from './upstream/egress.ts'

export interface GatewayOptions extends Hosting {
  /** Raw settings by plugin name. */
  readonly pluginSettings: Readonly<Record<string, unknown>>
  readonly shell: Shell
  readonly assets: Readonly<Record<string, string>>
  /** The folder of the shared migrations. */
  readonly migrations: string
  readonly now?: () => number
  /** The settings with what is stored of them, which can be read once there is a database. */
  readonly restate?: (db: Database) => Promise<Restated>
  /** The `heritage` of the gateway that this one will replace; not the gateway, which each would then keep alive for ever. */
  readonly inherited?: Gateway['heritage'] | undefined
}

/** Settings that take the place of those that were known without the database. */
export interface Restated
  extends Pick<GatewayOptions, 'settings' | 'pluginSettings' | 'survey' | 'restating'> {}

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

/** Builds the house: database, plugins, pipeline, door. Nothing listens yet. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { databaseUrl, databaseAuthToken } = options.settings
  const database = await openDatabase(databaseUrl, databaseAuthToken)
  const closing = createClosing()
  closing.add('The database', () => database.close())
  try {
    const { migrations: shared, plugins } = options
    await migrateAll(database, { shared, plugins, log: createLog('gateway') })
    return await build({ ...options, ...(await options.restate?.(database.db)) }, database, closing)
  } catch (error) {
    // What was only half opened may not close either; why it was not opened is what matters.
    await closing.closeAll(createLog('gateway').debug)
    throw error
  }
}

async function build(options: GatewayOptions, database: OpenDatabase, closing: Closing): Promise<Gateway> {
  const { settings, plugins, now = Date.now, inherited } = options
  // Whoever saves the configuration has not seen yet what went wrong in the night before.
  const faults = inherited?.faults ?? createFaults(now)
  const log = faults.watch(createLog('gateway'))

  let built: Built | undefined
  const whenBuilt = (): Built => {
    if (built === undefined)
      throw new ConfigError('A plugin asks for providers or decisions during setup: wait for "start"')
    return built
  }
  const byFetch = isSetByRuntime()
  const egress = createEgress({ ...createAllowed(settings.egressAllow, () => whenBuilt().house), byFetch })
  closing.add('The way out', egress.close)
  const conversations = createConversations()
  const { review } = conversations
  const patience = settings.hookTimeout > 0 ? createPatience(settings.hookTimeout) : undefined
  const hosts = createHosts({ ...options, database, faults, now, egress, byFetch, review, whenBuilt })
  const house = await assemble(plugins, options.pluginSettings, hosts, patience)
  const { hooks, parts, ownerOf } = house
  for (const [name, part] of parts) closing.add(`Plugin "${name}"`, () => part.close?.())

  const inFlight = createInFlight(settings.pingInterval || Number.POSITIVE_INFINITY)
  let isEmpty = false
  closing.add('What is under way', () => (isEmpty ? undefined : inFlight.stop(0)))
  const path = createRequestPath({ settings, house, egress, inFlight, conversations, log })
  const all = [...parts.values()]
  const door = createDoor({
    ...{ ...options, ...path.pipeline, now, hooks, log, ownerOf },
    enter: inFlight.enter,
    leave: inFlight.leave,
    base: settings.basePath,
    bodyLimit: settings.bodyLimit,
    uploadLimit: settings.uploadLimit,
    passages: all.flatMap(({ passages = [] }) => passages),
    dialects: all.flatMap(({ dialects = [] }) => dialects),
    api: all.flatMap(({ api = [] }) => api),
    pages: all.flatMap(({ pages = [] }) => pages),
    heeds: {
      // Who says on whose behalf a call is made is heard in all of them.
      callers: Object.assign({}, ...all.map(({ scope, heeds }) => scope && heeds)),
      models: Object.assign({}, ...all.map(({ heeds }) => heeds)),
    },
    tells: Object.assign({}, ...all.map(({ tells }) => tells)),
  })
  built = { ...path, house, inFlight, door }
  for (const [name, part] of parts) await blaming(name, 'start', () => part.start?.())
  database.watch(createOutage(log, now))
  closing.add('What repeats', startTicks(parts, log))
  const entrance = withCors(door, settings.corsOrigins, settings.basePath)
  let closed: Promise<void> | undefined

  return {
    fetch: (request, connection = LOCAL) => entrance(request, connection),
    order: describeMembers(plugins, { parts, brought: options.brought, faults }),
    providers: [...house.providers.all().keys()],
    isOpen: await isOpen(house),
    heritage: { plugins: heritageOf(parts, inherited), faults },
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

/** A plugin that has nothing to do in this configuration leaves what was left to it: it may have in the next. */
const heritageOf = (parts: House['parts'], inherited: Gateway['heritage'] | undefined) =>
  new Map([...parts].map(([name, { heritage }]) => [name, heritage ?? inherited?.plugins.get(name)]))

/** Asks the way a caller without a key would. */
async function isOpen({ hooks }: House): Promise<boolean> {
  try {
    const probe = new Exchange(new Request(ORIGIN), { name: 'start' }, LOCAL)
    return (await first(hooks.authenticate, probe))?.kind === 'open'
  } catch {
    return false
  }
}
