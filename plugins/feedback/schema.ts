import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { UserPath } from '../../src/types.ts'

/** What somebody said of an answer: one row for each answer, name, and whoever says it. */
export const feedback = sqliteTable(
  'feedback',
  {
    /** Grows in the order in which it was said; what pages go by. */
    id: integer().primaryKey({ autoIncrement: true }),
    /** Of the call, as `x-request-id` tells it. */
    requestId: text('request_id').notNull(),
    /** It is about the copy that went to a mirror, not about the answer that the caller got. */
    mirrored: integer({ mode: 'boolean' }).notNull(),
    /** What was looked at: `score`, `thumbs`, `helpful`. */
    name: text().notNull(),
    /** From 0, the worst, to 1. */
    score: real().notNull(),
    comment: text(),
    /** When it was last said (milliseconds since 1970). */
    saidAt: integer('said_at').notNull(),

    // Who says it: of whose calls they may speak. An operator may of all: `/`, whatever the key.
    within: text().$type<UserPath>().notNull(),
    /** Empty where any key will do. */
    holder: text().notNull(),

    // What is known of the call; all null while its record is not written yet. A row that waits counts nowhere.
    /** When the call was made. */
    at: integer(),
    virtualModel: text('virtual_model'),
    provider: text(),
    model: text(),
  },
  table => [
    uniqueIndex('feedback_said').on(table.requestId, table.mirrored, table.name, table.within, table.holder),
    index('feedback_virtual').on(table.virtualModel, table.at),
    // Old rows are found by it, and those that wait; by the other how many wait of whoever says something.
    index('feedback_at').on(table.at),
    index('feedback_waiting').on(table.at, table.within, table.holder),
  ],
)
