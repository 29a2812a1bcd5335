import type { Loaded } from '../config/load.ts'
import type { Host } from '../contract/plugin.ts'
import type { Provider } from '../contract/provider.ts'
import { migrateAll } from '../database/migrations.ts'
import { openDatabase } from '../database/open.ts'
import { createClosing } from '../loading/closing.ts'
import { createLog } from '../log.ts'
import { assemble } from '../registry.ts'

export interface RehearseOptions {
  readonly migrations: string
  readonly version: string
  /** Where plugins may ask somebody all the same. */
  readonly fetch?: Host['fetch']
  /** Looks at the providers while the house stands. */
  readonly meanwhile?: (providers: ReadonlyMap<string, Provider>) => Promise<void>
}

/**
 * Sets the house up before an empty database in memory, and never starts it: finds what only plugins can judge.
 * Returns the names of the providers.
 *
 * @throws ConfigError as a start would.
 */
export async function rehearse(
  { plugins, pluginSettings, settings }: Loaded,
  { migrations, version, fetch, meanwhile }: RehearseOptions,
): Promise<readonly string[]> {
  const database = await openDatabase(':memory:')
  const notNow = () => {
    throw new Error('A check asks nobody')
  }
  try {
    await migrateAll(database, { shared: migrations, plugins, log: createLog('gateway') })
    const house = await assemble(plugins, pluginSettings, plugin => ({
      db: database.db,
      log: createLog(plugin),
      now: Date.now,
      fetch: fetch ?? notNow,
      providers: () => new Map(),
      shelf: { types: () => [], put: notNow, probe: notNow },
      dialects: () => [],
      dialect: () => undefined,
      decide: notNow,
      plan: notNow,
      list: notNow,
      call: notNow,
      review: () => {},
      copy: notNow,
      plugins: () => [],
      settings: () => [],
      site: {
        version,
        base: settings.basePath,
        isLoopback: true,
        isStopping: () => false,
        reloadFailedAt: () => undefined,
      },
    }))
    await meanwhile?.(house.providers.all())
    // What setup opened is closed; what only a start would have opened may well be missed by a close, and that is no mistake.
    const closing = createClosing()
    for (const [name, part] of house.parts) closing.add(`Plugin "${name}"`, () => part.close?.())
    await closing.closeAll(createLog('gateway').debug)
    return [...house.providers.all().keys()]
  } finally {
    database.close()
  }
}
