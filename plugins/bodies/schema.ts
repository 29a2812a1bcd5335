import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** What callers wrote and were told, for those whom the operator named. Redacted and cut before it comes here. */
export const requestBodies = sqliteTable(
  'request_bodies',
  {
    /** Grows in the order in which rows were written. */
    no: integer().primaryKey({ autoIncrement: true }),
    /** The id of the call, as `x-request-id` tells it and `usage_records.request_id` has it. */
    id: text().notNull().unique(),
    /** When the call arrived (milliseconds since 1970). */
    at: integer().notNull(),
    userPath: text('user_path').notNull(),
    keyId: text('key_id').notNull(),
    method: text().notNull(),
    /** The address without its query. */
    path: text().notNull(),
    status: integer().notNull(),
    /** The gateway's error code; null for an answer that came to its end. */
    code: text(),
    headers: text({ mode: 'json' }).$type<Readonly<Record<string, string>>>().notNull(),
    /** As it went on to the provider; null where there was none, or none that could be read. */
    request: text(),
    /** As it went out: of a stream, its events put together. */
    response: text(),
    isRequestCut: integer('is_request_cut', { mode: 'boolean' }).notNull(),
    isResponseCut: integer('is_response_cut', { mode: 'boolean' }).notNull(),
    /** Bytes of headers and bodies, for the bound on all of them. */
    size: integer().notNull(),
  },
  table => [index('request_bodies_at').on(table.at), index('request_bodies_size').on(table.no, table.size)],
)
