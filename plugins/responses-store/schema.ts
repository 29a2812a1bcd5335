import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { JsonObject, Leg } from '../../src/types.ts'

/** Whose it is. Nobody else ever hears that it exists. */
const owner = {
  keyId: text('key_id').notNull(),
  userPath: text('user_path').notNull(),
}

/**
 * Answers that can be asked for again: kept here, or, where `provider` is set, by the provider that gave them. Ids are
 * the providers' own: two owners may have the same one.
 */
export const responses = sqliteTable(
  'responses',
  {
    id: text().notNull(),
    ...owner,
    /** Milliseconds since 1970. */
    at: integer().notNull(),
    /** When it is forgotten (milliseconds since 1970). */
    until: integer().notNull(),
    /** The provider that keeps it; null where we do. */
    provider: text(),
    /** The model's id there. */
    model: text().notNull(),
    /** Who gave it; null in rows of older versions. */
    by: text(),
    /** The redirects on the way to the model; null in rows of older versions. */
    via: text({ mode: 'json' }).$type<readonly Leg[]>(),
    /** The answer before it, if it is kept here too. */
    previous: text(),
    /** What was sent, without what came before. Null where the provider keeps it, or where it was too large. */
    input: text({ mode: 'json' }).$type<readonly JsonObject[]>(),
    /** The answer itself; null like `input`. */
    body: text({ mode: 'json' }).$type<JsonObject>(),
    /** What it cost is in the records; an answer made in the background is only counted when it is fetched. */
    isCounted: integer('is_counted', { mode: 'boolean' }).notNull(),
  },
  table => [
    primaryKey({ columns: [table.id, table.keyId, table.userPath] }),
    index('responses_until').on(table.until),
  ],
)

/** Items that a provider keeps: which answer they belong to. Those of ours tell by their ids. */
export const responseItems = sqliteTable(
  'response_items',
  {
    id: text().notNull(),
    ...owner,
    response: text().notNull(),
  },
  table => [
    primaryKey({ columns: [table.id, table.keyId, table.userPath] }),
    index('response_items_response').on(table.response),
  ],
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
    /** The provider that can make something of it, of what only one can; null where nobody knows. */
    by: text(),
  },
  table => [
    index('conversation_items_conversation').on(table.conversation, table.no),
    index('conversation_items_id').on(table.id),
  ],
)
