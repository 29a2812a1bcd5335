import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Window } from './model.ts'
import type { LimitState } from './rules/input.ts'

/** What operators have stored; times are ms since 1970. */
export const limits = sqliteTable('limits', {
  name: text().primaryKey(),
  definition: text({ mode: 'json' }).$type<LimitState>().notNull(),
  version: integer().notNull(),
})

/** What was used in the present window of a limit, by all gateways on this database together. */
export const limitPots = sqliteTable(
  'limit_pots',
  {
    limit: text().notNull(),
    /** The key or the user path that has this room for itself; empty where all share it. */
    member: text().notNull(),
    /** The window: ms since 1970. */
    start: integer().notNull(),
    end: integer().notNull(),
    /** What kind of window it is; empty in rows that are older than this column. */
    per: text()
      .$type<Window>()
      .notNull()
      .default('' as Window),
    requests: integer().notNull(),
    tokens: integer().notNull(),
    /** Nano-dollars. */
    cost: integer().notNull(),
  },
  table => [primaryKey({ columns: [table.limit, table.member] })],
)
