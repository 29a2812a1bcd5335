import { version } from '../package.json'
import { plugins as ours } from '../plugins/index.ts'
import { loadAssets } from '../views/assets.ts'
import { shell } from '../views/shell.tsx'
import { announce } from './announce.ts'
import { runProgram } from './cli/program.ts'
import { type Loaded, load } from './config/load.ts'
import type { GatewaySettings } from './config.ts'
import { describe } from './describe.ts'
import { isLocalCaller } from './door/address.ts'
import { ConfigError } from './errors.ts'
import type { Connection } from './exchange.ts'
import { createGateway, type Gateway, type GatewayOptions } from './gateway.ts'
import { contract } from './loading/contract.ts'
import { createStrangers } from './loading/strangers.ts'
import { createLog, openLog } from './log.ts'
import { createReload, type Reload } from './reload/reload.ts'
import { createSwitch, type Switch } from './reload/switch.ts'
import { watch } from './reload/watch.ts'
import { stampOf } from './runtime.ts'

/** Exit code of a gateway that is told to stop twice. */
const FAULT = 1

/** Bytes may stop arriving for so long (seconds) while a request is sent; an answer may be silent for ever. */
const IDLE_SECONDS = 60

/** How often the config file is looked at (milliseconds). */
const LOOK_EVERY = 500

const migrations = new URL('../drizzle', import.meta.url).pathname
const loadStrangers = createStrangers(process.cwd(), {
  ...contract,
  'modelway/views': () => import('../views/index.ts'),
})

async function serve(flags: Readonly<Record<string, string>>): Promise<void> {
  const loaded = await load({ ours, loadStrangers, flags })
  const { settings } = loaded
  startLog(settings)
  let failedAt: number | undefined
  const reloadFailedAt = () => failedAt
  const gateways = createSwitch(await build(loaded, { reloadFailedAt }))
  const server = listen(gateways, settings)
  announce({
    gateway: gateways.current(),
    settings,
    isPretty: isPretty(settings),
    version,
    host: server.hostname ?? settings.host,
    port: server.port ?? settings.port,
  })
  const log = createLog('gateway')
  for (const line of loaded.odd()) log.warn(line)
  reloadOnChange(
    createReload({
      settings,
      // A file that was there must not vanish: without it, everything that it says would be undone.
      load: () => load({ ours, loadStrangers, flags: { ...flags, ...fileOf(settings) } }),
      build(next, { heritage }) {
        startLog(next.settings)
        return build(next, { reloadFailedAt, inherited: heritage })
      },
      gateways,
      ended(outcome) {
        failedAt = outcome === 'failed' ? Date.now() : undefined
      },
      log,
    }),
    settings,
  )
  stopOnSignals(gateways, server)
}

const fileOf = ({ configFile }: GatewaySettings) => (configFile === undefined ? {} : { configFile })

function startLog({ logFormat, logLevel }: GatewaySettings): void {
  const pretty = isPretty({ logFormat })
  openLog({ level: logLevel, pretty, write: lines => void process.stdout.write(lines) })
}

/** The log writes in batches. */
const endLog = () => Bun.sleep(50)

/** For a person, or for a program. */
const isPretty = ({ logFormat }: Pick<GatewaySettings, 'logFormat'>): boolean =>
  logFormat === 'auto' ? process.stdout.isTTY : logFormat === 'pretty'

const build = (
  { settings, plugins, pluginSettings, brought, survey }: Loaded,
  more: Pick<GatewayOptions, 'inherited' | 'reloadFailedAt'>,
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

/** Why nobody can listen, and what to do about it, by the system's name for it. */
const unheard: Readonly<Record<string, readonly [why: string, mend: string]>> = {
  EADDRINUSE: ['another process does', 'end it, or set PORT to another one'],
  EADDRNOTAVAIL: ['this machine has no such address', 'set HOST to one of its own, or to 0.0.0.0 for all'],
  EACCES: ['this user may not', 'set PORT to 1024 or above'],
}

async function whyNotListen(hostname: string, port: number) {
  try {
    await Bun.serve({ hostname, port, fetch: () => new Response() }).stop(true)
    return undefined
  } catch (error) {
    const { code = '', message } = error as Error & { readonly code?: string }
    return unheard[code] ?? ([message, 'set HOST and PORT to an address that is free'] as const)
  }
}

function listen(gateways: Switch, { host, port }: GatewaySettings): Bun.Server<undefined> {
  try {
    return Bun.serve({
      hostname: host,
      port,
      idleTimeout: IDLE_SECONDS,
      // Our own limit answers in the client's dialect; the server's would cut the connection.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request, server) => gateways.fetch(request, new ServerConnection(request, server)),
      error: () => new Response('The gateway failed to handle this request', { status: 500 }),
    })
  } catch (cause) {
    const { code = '', message } = cause as Error & { readonly code?: string }
    throw new ConfigError(`Cannot listen on ${host}:${port}: ${unheard[code]?.join(': ') ?? message}`, {
      cause,
    })
  }
}

/** A class: one is made for each request, and its getter must not be. */
class ServerConnection implements Connection {
  readonly #request: Request
  readonly #server: Bun.Server<undefined>
  constructor(request: Request, server: Bun.Server<undefined>) {
    this.#request = request
    this.#server = server
  }
  get loopback() {
    return isLocalCaller(this.#request, this.#server.requestIP(this.#request)?.address ?? '')
  }
  keepOpen() {
    this.#server.timeout(this.#request, 0)
  }
}

function reloadOnChange(reload: Reload, { configFile = 'modelway.yaml' }: GatewaySettings): void {
  process.on('SIGHUP', () => void reload('SIGHUP'))
  watch({
    stamp: () => stampOf(configFile),
    every: LOOK_EVERY,
    changed: () => void reload(`${configFile} changed`),
  })
}

function stopOnSignals(gateways: Switch, server: Bun.Server<undefined>): void {
  const log = createLog('gateway')
  let isStopping = false
  const stop = async (signal: string): Promise<void> => {
    if (isStopping) process.exit(FAULT)
    isStopping = true
    log.info('Stopping: running answers may finish, a second signal ends them', { signal })
    // The socket stays open meanwhile: who asks is told that this gateway is not ready, and to try again.
    await gateways.stop().catch(error => log.error('Failed to stop', { error: describe(error) }))
    await Promise.race([server.stop(), Bun.sleep(1000)])
    await endLog()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // A plugin that fails behind our back must not take the requests of others with it.
  process.on('unhandledRejection', error => log.error('Unhandled rejection', { error: describe(error) }))
  process.on('uncaughtException', error => log.error('Uncaught exception', { error: describe(error) }))
}

const args = process.argv.slice(2)
const code = await runProgram(args.length === 0 ? ['serve'] : args, {
  version,
  plugins: ours,
  loadStrangers,
  migrations,
  serve,
  whyNotListen,
  out: text => void process.stdout.write(process.stdout.isTTY ? text : Bun.stripANSI(text)),
  note: text => void process.stderr.write(process.stderr.isTTY ? text : Bun.stripANSI(text)),
})
if (code !== undefined) {
  if (code !== 0) await endLog()
  process.exit(code)
}
