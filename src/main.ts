import { version } from '../package.json'
import { plugins as ours } from '../plugins/index.ts'
import { loadAssets } from '../views/assets.ts'
import { shell } from '../views/shell.tsx'
import { isLocalCaller } from './address.ts'
import { announce } from './announce.ts'
import { type GatewaySettings, readEnvironment, readPluginSettings, readSettings } from './config.ts'
import { ConfigError } from './errors.ts'
import type { Connection } from './exchange.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { createLog, openLog } from './log.ts'
import { describe } from './respond.ts'
import { loadStrangers } from './strangers.ts'

/** Exit codes: 1 a fault of the gateway, 3 a mistake in the configuration. */
const FAULT = 1
const MISCONFIGURED = 3

/** Bytes may stop arriving for so long (seconds) while a request is sent; an answer may be silent for ever. */
const IDLE_SECONDS = 60

async function serve(): Promise<void> {
  const environment = readEnvironment()
  const settings = readSettings(environment)
  const pretty = settings.logFormat === 'auto' ? process.stdout.isTTY : settings.logFormat === 'pretty'
  openLog({ level: settings.logLevel, pretty, write: lines => void process.stdout.write(lines) })
  const plugins = [...ours, ...(await loadStrangers(settings.plugins, process.cwd()))]
  const gateway = await createGateway({
    settings,
    plugins,
    pluginSettings: readPluginSettings(plugins, environment),
    shell,
    ...loadAssets(settings.basePath),
    migrations: new URL('../drizzle', import.meta.url).pathname,
    version,
  })
  const server = listen(gateway, settings)
  announce({
    gateway,
    settings,
    version,
    host: server.hostname ?? settings.host,
    port: server.port ?? settings.port,
  })
  stopOnSignals(gateway, server)
}

function listen(gateway: Gateway, { host, port }: GatewaySettings): Bun.Server<undefined> {
  try {
    return Bun.serve({
      hostname: host,
      port,
      idleTimeout: IDLE_SECONDS,
      // Our own limit answers in the client's dialect; the server's would cut the connection.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request, server) => gateway.fetch(request, connect(request, server)),
      error: () => new Response('The gateway failed to handle this request', { status: 500 }),
    })
  } catch (cause) {
    throw new ConfigError(`Cannot listen on ${host}:${port}: ${(cause as Error).message}`, { cause })
  }
}

const connect = (request: Request, server: Bun.Server<undefined>): Connection => ({
  get loopback() {
    return isLocalCaller(request, server.requestIP(request)?.address ?? '')
  },
  keepOpen: () => server.timeout(request, 0),
})

function stopOnSignals(gateway: Gateway, server: Bun.Server<undefined>): void {
  const log = createLog('gateway')
  let isStopping = false
  const stop = async (signal: string): Promise<void> => {
    if (isStopping) process.exit(FAULT)
    isStopping = true
    log.info('Stopping: running answers may finish, a second signal ends them', { signal })
    const closed = server.stop()
    await gateway.stop()
    await Promise.race([closed, Bun.sleep(1000)])
    await Bun.sleep(50) // The log writes in batches.
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('unhandledRejection', error => log.error('Unhandled rejection', { error: describe(error) }))
}

try {
  await serve()
} catch (error) {
  const isMistake = error instanceof ConfigError
  process.stderr.write(`modelway: ${isMistake ? error.message : `cannot start: ${describe(error)}`}\n`)
  process.exit(isMistake ? MISCONFIGURED : FAULT)
}
