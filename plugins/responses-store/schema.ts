import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { JsonObject } from '../../src/types.ts'

/** Whose it is. Nobody else ever hears that it exists. */
const owner = {
  keyId: text('key_id').notNull(),
  userPath: text('user_path').notNull(),
}

/** Answers that can be asked for again: kept here, or, where `provider` is set, by the provider that gave them. */
export const responses = sqliteTable(
  'responses',
  {
    id: text().primaryKey(),
    ...owner,
    /** Milliseconds since 1970. */
    at: integer().notNull(),
    /** When it is forgotten (milliseconds since 1970). */
    until: integer().notNull(),
    /** The provider that keeps it; null where we do. */
    provider: text(),
    /** The model's id there. */
    model: text().notNull(),
    /** The answer before it, if it is kept here too. */
    previous: text(),
    /** What was sent, without what came before. Null where the provider keeps it, or where it was too large. */
    input: text({ mode: 'json' }).$type<readonly JsonObject[]>(),
    /** The answer itself; null like `input`. */
    body: text({ mode: 'json' }).$type<JsonObject>(),
    /** What it cost is in the records; an answer made in the background is only counted when it is fetched. */
    isCounted: integer('is_counted', { mode: 'boolean' }).notNull(),
  },
  table => [index('responses_until').on(table.until)],
)

/** Items that a provider keeps: which answer they belong to. Those of ours tell by their ids. */
export const responseItems = sqliteTable(
  'response_items',
  {
    id: text().primaryKey(),
    response: text().notNull(),
  },
  table => [index('response_items_response').on(table.response)],
)

/** Conversations, all of them kept here. */
export const conversations = sqliteTable(
  'conversations',
  {
    id: text().primaryKey(),
    ...owner,
    /** Milliseconds since 1970. */
    at: integer().notNull(),
    /** When it is forgotten, unless it is used before (milliseconds since 1970). */
    until: integer().notNull(),
    metadata: text({ mode: 'json' }).$type<JsonObject>().notNull(),
  },
  table => [index('conversations_until').on(table.until)],
)

/** What was said in a conversation, in order. */
export const conversationItems = sqliteTable(
  'conversation_items',
  {
    /** Grows in the order in which items were added. */
    no: integer().primaryKey({ autoIncrement: true }),
    conversation: text().notNull(),
    id: text().notNull(),
    item: text({ mode: 'json' }).$type<JsonObject>().notNull(),
  },
  table => [
    index('conversation_items_conversation').on(table.conversation, table.no),
    index('conversation_items_id').on(table.id),
  ],
)
