import { sql } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type { Plugin } from '../contract/plugin.ts'
import { ConfigError } from '../errors.ts'
import type { Log } from '../log.ts'
import { databaseFault } from './faults.ts'
import type { Database, OpenDatabase } from './open.ts'

/** What drizzle calls the book of a folder unless it is told otherwise. */
const BOOK = '__drizzle_migrations'

/**
 * The tables that our own plugins share, from one folder; then those of each plugin that brings a folder of its own.
 *
 * @throws ConfigError naming the plugin whose migrations fail.
 */
export async function migrateAll(
  database: Pick<OpenDatabase, 'migrate' | 'db' | 'newFile'>,
  { shared, plugins, log }: Prepared,
): Promise<void> {
  // An empty one in the place of the one that was meant must not go unnoticed.
  if (database.newFile !== undefined) log.info('A new database is made', { file: database.newFile })
  await database.migrate(shared)
  await warnOfNewer(database.db, { folder: shared, book: BOOK, of: 'the gateway', log })
  for (const { name, migrations } of plugins) {
    if (migrations === undefined) continue
    const book = `__migrations_${name.replaceAll('-', '_')}`
    await database.migrate(migrations, book).catch(({ cause }) => {
      throw new ConfigError(`Cannot prepare the tables of plugin "${name}": ${databaseFault(cause)}`, {
        cause,
      })
    })
    await warnOfNewer(database.db, { folder: migrations, book, of: `plugin "${name}"`, log })
  }
}

interface Prepared {
  /** The folder of the migrations that our own plugins share. */
  readonly shared: string
  readonly plugins: readonly Pick<Plugin, 'name' | 'migrations'>[]
  readonly log: Log
}

interface Book {
  readonly folder: string
  readonly book: string
  /** Whose tables they are, in words. */
  readonly of: string
  readonly log: Log
}

/**
 * Gateways of two versions may share a database while one takes the place of the other, so that is no reason not to
 * start; but who has gone back to an older version must know why things may fail.
 */
async function warnOfNewer(db: Database, { folder, book, of, log }: Book): Promise<void> {
  const known = Math.max(
    0,
    ...readMigrationFiles({ migrationsFolder: folder }).map(file => file.folderMillis),
  )
  const [row] = await db.values<[latest: unknown]>(sql`select max(created_at) from ${sql.identifier(book)}`)
  if (Number(row?.[0] ?? 0) <= known) return
  log.warn(
    `A newer version of ${of} has changed the tables in the database: run that version again, or restore the backup from before it`,
  )
}
