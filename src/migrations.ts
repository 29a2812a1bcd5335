import type { OpenDatabase } from './database.ts'
import { reasonOf } from './describe.ts'
import { ConfigError } from './errors.ts'
import type { Plugin } from './plugin.ts'

/**
 * The tables that our own plugins share, from one folder; then those of each plugin that brings a folder of its own.
 *
 * @throws ConfigError naming the plugin whose migrations fail.
 */
export async function migrateAll(
  database: Pick<OpenDatabase, 'migrate'>,
  shared: string,
  plugins: readonly Pick<Plugin, 'name' | 'migrations'>[],
): Promise<void> {
  await database.migrate(shared)
  for (const { name, migrations } of plugins) {
    if (migrations === undefined) continue
    await database.migrate(migrations, `__migrations_${name.replaceAll('-', '_')}`).catch(({ cause }) => {
      throw new ConfigError(`Cannot prepare the tables of plugin "${name}": ${reasonOf(cause)}`, { cause })
    })
  }
}
