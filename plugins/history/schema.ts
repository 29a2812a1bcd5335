import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { JsonObject } from '../../src/types.ts'
import type { Action } from './model.ts'

/** One row per change: what a thing was and what it became. Rows are only ever added. */
export const versions = sqliteTable(
  'history',
  {
    /** Counts the changes of everything. */
    id: integer().primaryKey({ autoIncrement: true }),
    kind: text().notNull(),
    /** What belongs together, whatever it was called at the time. */
    line: text().notNull(),
    /** Its name after the change; after a deletion, the last one. */
    subject: text().notNull(),
    /** Counts the changes of this one thing. */
    version: integer().notNull(),
    action: text().$type<Action>().notNull(),
    author: text().notNull(),
    /** Milliseconds since 1970. */
    at: integer().notNull(),
    /** Names of the fields that differ, so that a list need not read the two states. */
    fields: text({ mode: 'json' }).$type<readonly string[]>().notNull(),
    before: text({ mode: 'json' }).$type<JsonObject>(),
    after: text({ mode: 'json' }).$type<JsonObject>(),
    /** The `id` of the version that was put back. */
    restored: integer(),
  },
  table => [
    // Also the guard against two processes that write the same version.
    uniqueIndex('history_line_version').on(table.line, table.version),
    // Both go on by `id`, so the newest are found without sorting.
    index('history_kind').on(table.kind),
    index('history_subject').on(table.subject),
  ],
)
