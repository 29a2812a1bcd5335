import type { Loaded } from '../config/load.ts'
import type { Foretold } from '../contract/foreseen.ts'
import type { Host } from '../contract/plugin.ts'
import { unlessOlder } from '../database/look.ts'
import { migrateAll } from '../database/migrations.ts'
import { type Database, openDatabase } from '../database/open.ts'
import { blaming } from '../loading/blaming.ts'
import { createClosing } from '../loading/closing.ts'
import { createLog } from '../log.ts'
import { assemble, type House } from '../registry.ts'

export interface RehearseOptions {
  readonly migrations: string
  readonly version: string
  /** What plugins would find there is found, too. It is only read. */
  readonly database?: Database | undefined
  /** Where plugins may ask somebody all the same. */
  readonly fetch?: Host['fetch']
  /** Looks at the house while it stands. */
  readonly meanwhile?: (house: House) => Promise<void>
}

/** What a start would find. */
export interface Rehearsed {
  /** The names of the providers. */
  readonly providers: readonly string[]
  /** What would not be as operators expect. */
  readonly troubles: readonly Foretold[]
}

/**
 * Sets the house up before an empty database in memory, and never starts it: finds what only plugins can judge.
 *
 * @throws ConfigError as a start would.
 */
export async function rehearse(
  { plugins, pluginSettings, settings }: Pick<Loaded, 'plugins' | 'pluginSettings' | 'settings'>,
  { migrations, version, database, fetch, meanwhile }: RehearseOptions,
): Promise<Rehearsed> {
  const empty = await openDatabase(':memory:')
  const notNow = () => {
    throw new Error('A check asks nobody')
  }
  let built: House | undefined
  try {
    await migrateAll(empty, { shared: migrations, plugins, log: createLog('gateway') })
    const house = await assemble(plugins, pluginSettings, plugin => ({
      db: empty.db,
      log: createLog(plugin),
      now: Date.now,
      fetch: fetch ?? notNow,
      providers: () => built?.providers.all() ?? new Map(),
      shelf: { types: () => built?.providers.types ?? [], put: notNow, probe: notNow },
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
    built = house
    const troubles = database === undefined ? [] : await foresee(house, database)
    await meanwhile?.(house)
    // What setup opened is closed; what only a start would have opened may well be missed by a close, and that is no mistake.
    const closing = createClosing()
    for (const [name, part] of house.parts) closing.add(`Plugin "${name}"`, () => part.close?.())
    await closing.closeAll(createLog('gateway').debug)
    return { providers: [...house.providers.all().keys()], troubles }
  } finally {
    empty.close()
  }
}

async function foresee({ parts, providers }: House, database: Database): Promise<readonly Foretold[]> {
  const troubles: Foretold[] = []
  for (const [name, part] of parts) {
    const found = await blaming(name, 'foresee', () => unlessOlder(() => part.foresee?.(database)))
    if (found === undefined) continue
    providers.store(name, found.providers)
    troubles.push(...found.troubles)
  }
  return troubles
}
