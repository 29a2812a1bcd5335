import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const people = ['master', 'key', 'session', 'token', 'loopback', 'caller', 'nobody'] as const
/** How the operator was known; `caller` is none, but changed something all the same; `nobody` was refused for want of a key. */
export type Who = (typeof people)[number]

/** One row per admin call that is not a GET, with what came of it. */
export const adminCalls = sqliteTable(
  'admin_calls',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    who: text().$type<Who>().notNull(),
    /** The person or the key, where it was known who that was. */
    name: text(),
    /** Milliseconds since 1970. */
    at: integer().notNull(),
    method: text().notNull(),
    route: text().notNull(),
    path: text().notNull(),
    status: integer().notNull(),
  },
  table => [
    index('admin_calls_at').on(table.at),
    index('admin_calls_who').on(table.who),
    index('admin_calls_name').on(table.name),
    index('admin_calls_route').on(table.route),
    index('admin_calls_status').on(table.status),
  ],
)
