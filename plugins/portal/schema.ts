import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** A plain text, so that the table is of the type that the doorways of the dashboard take. */
const NAME: string = 'portal_sessions'

/** Which callers are signed in, in the columns that the dashboard has for operators. Times are ms since 1970. */
export const portalSessions = sqliteTable(
  NAME,
  {
    /** Of the id, keyed with a secret of this database. */
    hash: text().primaryKey(),
    csrf: text().notNull(),
    name: text(),
    /** The hash of the key that the session was opened with, as in the table of keys. */
    mark: text(),
    openedAt: integer('opened_at').notNull(),
    usedAt: integer('used_at').notNull(),
  },
  table => [index('portal_sessions_used').on(table.usedAt)],
)
