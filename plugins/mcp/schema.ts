import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Kind, Outcome } from './calls/outcome.ts'

/** One row per call of a tool, and per prompt and resource that is read; never what was said with it, or answered. */
export const mcpCalls = sqliteTable(
  'mcp_calls',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** As `x-request-id` tells it. Unique, so that a row is there once, however often it is written. */
    requestId: text('request_id').notNull().unique(),
    /** When it came (milliseconds since 1970). */
    at: integer().notNull(),
    /** The key's id, `master` or `open`, or the name of who brought a token. */
    keyId: text('key_id').notNull(),
    userPath: text('user_path').notNull(),
    server: text().notNull(),
    kind: text().$type<Kind>().notNull().default('tool'),
    /** Of the tool or the prompt; of a resource its address, without its query. */
    name: text('tool').notNull(),
    outcome: text().$type<Outcome>().notNull(),
    ms: integer().notNull(),
    /** Bytes of its arguments, and of its answer, as JSON; null where there was no answer. */
    requestBytes: integer('request_bytes').notNull(),
    answerBytes: integer('answer_bytes'),
    /** Nano-dollars; null where nobody said what a call costs. */
    costNano: integer('cost_nano'),
  },
  table => [index('mcp_calls_at').on(table.at)],
)

/** What operators have accepted of what servers offer: each tool as it was then. */
export const mcpTools = sqliteTable(
  'mcp_tools',
  {
    server: text().notNull(),
    tool: text().notNull(),
    /** All that models read of it, as JSON. */
    definition: text().notNull(),
    /** Milliseconds since 1970. */
    acceptedAt: integer('accepted_at').notNull(),
  },
  table => [primaryKey({ columns: [table.server, table.tool] })],
)
