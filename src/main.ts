import { version } from '../package.json'
import { plugins as ours } from '../plugins/index.ts'
import { loadAssets } from '../views/assets.ts'
import { shell } from '../views/shell.tsx'
import { stampOf } from './base/runtime.ts'
import { runProgram } from './cli/program.ts'
import { countWorkers, type GatewaySettings } from './config/gateway.ts'
import { type Loaded, load } from './config/load.ts'
import { isInMemory } from './database/open.ts'
import { ConfigError } from './errors.ts'
import { createGateway, type Gateway, type GatewayOptions } from './gateway.ts'
import { contract } from './loading/contract.ts'
import { createStrangers } from './loading/strangers.ts'
import { createLog, type Log, openLog } from './log.ts'
import { type Announcement, announce } from './process/announce.ts'
import { createStop, endLog, onStop, outlive, stopOnSignals } from './process/ending.ts'
import { findPort, listen, whyNotListen } from './process/listen.ts'
import { createReload, type Reload } from './reload/reload.ts'
import { createSwitch } from './reload/switch.ts'
import { watch } from './reload/watch.ts'
import { createNotes } from './workers/notes.ts'
import { type AllPeers, createPeers } from './workers/peers.ts'
import { createSpawn, findAbove } from './workers/process.ts'
import type { Facts } from './workers/requests.ts'
import { createSupervisor } from './workers/supervisor.ts'
import { createWorker, type Worker } from './workers/worker.ts'

/** How often the config file is looked at (milliseconds). */
const LOOK_EVERY = 500

const migrations = new URL('../drizzle', import.meta.url).pathname
const loadStrangers = createStrangers(process.cwd(), {
  ...contract,
  'modelway/views': () => import('../views/index.ts'),
})

type Flags = Readonly<Record<string, string>>

async function serve(flags: Flags): Promise<void> {
  const loaded = await load({ ours, loadStrangers, flags })
  const { settings } = loaded
  startLog(settings)
  const count = countWorkers(settings)
  if (count > 1) return supervise(loaded, flags, count)
  const log = createLog('gateway')
  const { gateways, reload } = await open(loaded, flags, { log })
  const server = listen(settings, gateways.fetch)
  const { hostname: host = settings.host, port = settings.port } = server
  greet(loaded, { gateway: gateways.current(), host, port })
  reloadOnChange(reload, settings)
  stopOnSignals(createStop(gateways, server))
  outlive(log)
}

const ONLY_MEMORY =
  'Several workers cannot share a database in memory: set DATABASE_URL to a file, or WORKERS=1'

/** Several processes at one port: this one starts them, and takes no part in calls. */
async function supervise(loaded: Loaded, flags: Flags, workers: number): Promise<void> {
  const { settings } = loaded
  if (isInMemory(settings.databaseUrl)) throw new ConfigError(ONLY_MEMORY)
  const log = createLog('gateway')
  if (process.platform !== 'linux') log.warn('WORKERS: only Linux spreads connections over processes')
  const port = await findPort(settings)
  const supervisor = createSupervisor({
    count: workers,
    spawn: createSpawn(write),
    start: () => ({
      flags: { ...flags, ...fileOf(settings) },
      kept: { host: settings.host, port: settings.port, workers: settings.workers },
      port,
      isPretty: isPretty(settings),
    }),
    opened: gateway => greet(loaded, { gateway, workers, host: settings.host, port }),
    log,
  })
  reloadOnChange(supervisor.reload, settings)
  onStop(supervisor.stop)
  outlive(log)
  const code = await supervisor.ended
  await endLog()
  process.exit(code)
}

/** One of these processes. */
async function work(worker: Worker): Promise<void> {
  const { flags, kept, number, port, isPretty, left } = await worker.start
  const found = await load({ ours, loadStrangers, flags })
  const loaded = { ...found, settings: { ...found.settings, ...kept } }
  const writing = { worker: number, isPretty }
  startLog(loaded.settings, writing)
  const peers = createPeers(worker.wire, left)
  const notes = createNotes()
  const { gateways, reload } = await open(loaded, flags, { log: notes.log, peers, writing })
  const server = listen({ ...loaded.settings, port, isShared: true }, peers.waitedFor(gateways.fetch))
  const stop = createStop(gateways, server)
  onStop(stop)
  // It is meant for all of them, and the supervisor passes it on.
  process.on('SIGHUP', () => {})
  outlive(createLog('gateway'))
  const reloadAndSay = async (why: string) => {
    await reload(why)
    return notes.take()
  }
  const giveWay = () => void server.stop()
  const serving = { gateway: gateways.settled, reload: reloadAndSay, stop, giveWay }
  worker.serve(serving, factsOf(gateways.current()))
}

interface Opening {
  /** Hears what becomes of reloads. */
  readonly log: Log
  /** Where several processes serve. */
  readonly peers?: AllPeers
  readonly writing?: Writing
}

/** Builds the gateway, and what puts another one in its place. */
async function open(loaded: Loaded, flags: Flags, { log, peers, writing }: Opening) {
  const { settings } = loaded
  let failedAt: number | undefined
  const always = { reloadFailedAt: () => failedAt, ...(peers && { peers: peers.of }) }
  const gateways = createSwitch(await build(loaded, always))
  const reload = createReload({
    settings,
    // A file that was there must not vanish: without it, everything that it says would be undone.
    load: () => load({ ours, loadStrangers, flags: { ...flags, ...fileOf(settings) } }),
    build(next, { heritage }) {
      startLog(next.settings, writing)
      return build(next, { ...always, inherited: heritage })
    },
    gateways,
    ended(outcome) {
      failedAt = outcome === 'failed' ? Date.now() : undefined
    },
    log,
  })
  return { gateways, reload }
}

/** Tells that calls can come, and then what looks odd. */
function greet(
  { settings, odd }: Loaded,
  facts: Pick<Announcement, 'gateway' | 'workers' | 'host' | 'port'>,
): void {
  announce({ ...facts, settings, isPretty: isPretty(settings), version })
  const log = createLog('gateway')
  for (const line of odd()) log.warn(line)
}

/** What can be sent to another process. */
const factsOf = ({ order, providers, isOpen }: Gateway): Facts => ({
  order: order.map(({ name, hooks }) => ({ name, hooks })),
  providers,
  isOpen,
})

const fileOf = ({ configFile }: GatewaySettings) => (configFile === undefined ? {} : { configFile })

/** How a worker writes; its own standard output is never a terminal. */
interface Writing {
  readonly worker: number
  readonly isPretty: boolean
}

function startLog(settings: GatewaySettings, writing?: Writing): void {
  openLog({
    level: settings.logLevel,
    pretty: isPretty(settings, writing?.isPretty),
    ...(writing && { worker: writing.worker }),
    write,
  })
}

const write = (lines: string) => void process.stdout.write(lines)

/** For a person, or for a program. */
const isPretty = (
  { logFormat }: Pick<GatewaySettings, 'logFormat'>,
  isTerminal = process.stdout.isTTY,
): boolean => (logFormat === 'auto' ? isTerminal : logFormat === 'pretty')

const build = (
  { settings, plugins, pluginSettings, brought, survey }: Loaded,
  more: Pick<GatewayOptions, 'inherited' | 'reloadFailedAt' | 'peers'>,
): Promise<Gateway> =>
  createGateway({
    settings,
    plugins,
    pluginSettings,
    brought,
    survey,
    shell,
    ...loadAssets(settings.basePath),
    migrations,
    version,
    ...more,
  })

function reloadOnChange(reload: Reload, { configFile = 'modelway.yaml' }: GatewaySettings): void {
  process.on('SIGHUP', () => void reload('SIGHUP'))
  watch({
    stamp: () => stampOf(configFile),
    every: LOOK_EVERY,
    changed: () => void reload(`${configFile} changed`),
  })
}

/** A reader at a pipe may be slower than we are, and what it has not taken would end with us. */
const told: Promise<void>[] = []

function tell(stream: NodeJS.WriteStream, text: string): void {
  const plain = stream.isTTY ? text : Bun.stripANSI(text)
  told.push(new Promise(resolve => void stream.write(plain, () => resolve())))
}

const args = process.argv.slice(2)
const above = findAbove(args)
const worker = above && createWorker(above, () => process.exit(0))
const commands = worker || args.length === 0 ? ['serve'] : args
const code = await runProgram(commands, {
  version,
  plugins: ours,
  loadStrangers,
  migrations,
  serve: worker ? () => work(worker) : serve,
  whyNotListen,
  out: text => tell(process.stdout, text),
  note: text => tell(process.stderr, text),
})
if (code !== undefined) {
  if (code !== 0) await endLog()
  await Promise.all(told)
  process.exit(code)
}
