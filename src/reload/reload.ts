import { describe } from '../base/describe.ts'
import { type AtRestart, atRestart, type GatewaySettings } from '../config/gateway.ts'
import type { Loaded } from '../config/load.ts'
import { isInMemory } from '../database/open.ts'
import { ConfigError } from '../errors.ts'
import type { Gateway } from '../gateway.ts'
import type { Log } from '../log.ts'
import type { Switch } from './switch.ts'

export interface ReloadOptions {
  /** As they are now. */
  readonly settings: GatewaySettings
  readonly load: () => Promise<Loaded>
  readonly build: (loaded: Loaded, before: Gateway) => Promise<Gateway>
  readonly gateways: Switch
  readonly log: Log
  /** What came of it. */
  readonly ended: (outcome: 'done' | 'failed') => void
}

/**
 * Starts a reload. While one runs, any number of further calls start one more after it; none does once the gateway is
 * told to stop. Whether another gateway serves now.
 */
export type Reload = (why: string, log?: Log) => Promise<boolean>

/**
 * Reads the configuration anew and puts a gateway made of it in the place of the one that serves. A configuration with
 * a mistake changes nothing: one line says what it is.
 */
export function createReload({ settings: first, load, build, gateways, log, ended }: ReloadOptions): Reload {
  let settings = first
  let last: Promise<unknown> = Promise.resolve()
  let waiting: Promise<boolean> | undefined

  async function reload(why: string, log: Log): Promise<boolean> {
    const ignore = () => {
      log.info('Did not reload the configuration: the gateway stops', { why })
      return false
    }
    if (gateways.isStopping()) return ignore()
    try {
      const loaded = keepSocket(await load(), settings, log)
      if (isInMemory(settings.databaseUrl)) throw new ConfigError(ONLY_MEMORY)
      if (!(await gateways.replace(before => build(loaded, before)))) return ignore()
      settings = loaded.settings
      ended('done')
      log.info('Reloaded the configuration', {
        why,
        file: settings.configFile,
        providers: gateways.current().providers,
      })
      return true
    } catch (error) {
      ended('failed')
      const problem = error instanceof ConfigError ? error.message : describe(error)
      log.error('Cannot reload the configuration, the one before stays in use', { why, problem })
      return false
    }
  }

  return (why, said = log) => {
    waiting ??= last.then(() => {
      waiting = undefined
      return reload(why, said)
    })
    last = waiting
    return waiting
  }
}

const ONLY_MEMORY = 'The database is in memory and would be lost: restart, or set DATABASE_URL to a file'

/** A socket stays open where it is, and as many processes share it. */
function keepSocket(loaded: Loaded, { host, port, workers }: GatewaySettings, log: Log): Loaded {
  const kept = { host, port, workers }
  const { settings } = loaded
  if (atRestart.every(field => settings[field] === kept[field])) return loaded
  log.warn('HOST, PORT and WORKERS change at a restart only: the gateway goes on listening as it does', {
    listening: inWords(kept),
    configured: inWords(settings),
  })
  return { ...loaded, settings: { ...settings, ...kept } }
}

const inWords = ({ host, port, workers }: AtRestart): string =>
  `${host}:${port}${workers === 1 ? '' : `, WORKERS=${workers}`}`
