import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** A plain text, and no literal: other plugins have tables of this very type for those whom they let in. */
const NAME: string = 'dashboard_sessions'

/** Who is signed in. Nothing in here could be sent as a cookie. Times are ms since 1970. */
export const dashboardSessions = sqliteTable(
  NAME,
  {
    /** Of the id, keyed with a fact of the master key: with another key no row is found any more. */
    hash: text().primaryKey(),
    csrf: text().notNull(),
    /** Who came in by another way than the master key; null for whoever has the key. */
    name: text(),
    /** By which way; of a key its hash, as in the table of keys. */
    mark: text(),
    openedAt: integer('opened_at').notNull(),
    usedAt: integer('used_at').notNull(),
  },
  table => [index('dashboard_sessions_used').on(table.usedAt)],
)

export type SessionsTable = typeof dashboardSessions
