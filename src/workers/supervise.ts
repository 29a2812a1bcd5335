import { isInMemory } from '../database/open.ts'
import { ConfigError } from '../errors.ts'
import { createLog } from '../log.ts'
import { announce } from '../process/announce.ts'
import { endLog, onStop, outlive } from '../process/ending.ts'
import { findPort } from '../process/listen.ts'
import { fileOf, type Told } from '../process/open.ts'
import { reloadOnChange } from '../process/reloading.ts'
import { isPretty, write } from '../process/writing.ts'
import { createSpawn } from './process.ts'
import { createSupervisor } from './supervisor.ts'

const ONLY_MEMORY =
  'Several workers cannot share a database in memory: set DATABASE_URL to a file, or WORKERS=1'

/** Several processes serve one port: this one starts them, and takes no part in calls. Ends with them. */
export async function supervise(told: Told, workers: number): Promise<never> {
  const { settings } = told.loaded
  const { host } = settings
  if (isInMemory(settings.databaseUrl)) throw new ConfigError(ONLY_MEMORY)
  const log = createLog('gateway')
  if (process.platform !== 'linux') log.warn('WORKERS: only Linux spreads connections over processes')
  const port = await findPort(settings)
  const supervisor = createSupervisor({
    count: workers,
    spawn: createSpawn(write),
    start: () => ({
      flags: { ...told.flags, ...fileOf(settings) },
      kept: { host, port: settings.port, workers: settings.workers },
      port,
      isPretty: isPretty(settings),
    }),
    opened: gateway => announce(told, { gateway, workers, host, port }),
    log,
  })
  reloadOnChange(supervisor.reload, settings)
  onStop(supervisor.stop)
  outlive(log)
  const code = await supervisor.ended
  await endLog()
  process.exit(code)
}
