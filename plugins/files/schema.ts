import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { JsonObject, UserPath } from '../../src/types.ts'
import type { Kind, Language, Made, NamedModel } from './model.ts'

/** Files and batches that callers have made at providers, whose accounts know nothing of our callers. */
export const providerObjects = sqliteTable(
  'provider_objects',
  {
    /** Grows in the order in which they were made; what lists go by. */
    no: integer().primaryKey({ autoIncrement: true }),
    kind: text().$type<Kind>().notNull(),
    language: text().$type<Language>().notNull(),
    provider: text().notNull(),
    id: text().notNull(),
    /** The user path of who made it. */
    owner: text().$type<UserPath>().notNull(),
    /** Of a file: what it is for. */
    purpose: text(),
    /** Models that are named inside and were checked; null where nobody looked. */
    models: text({ mode: 'json' }).$type<readonly NamedModel[]>(),
    /** As the provider last told it. */
    object: text({ mode: 'json' }).$type<JsonObject>().notNull(),
    /** Milliseconds since 1970. */
    at: integer().notNull(),
    /** Of a batch: the call that started it. */
    made: text({ mode: 'json' }).$type<Made>(),
    /** Of a batch whose object does not say it: when what it used was told. */
    billedAt: integer('billed_at'),
  },
  table => [
    uniqueIndex('provider_objects_id').on(table.kind, table.id, table.provider),
    index('provider_objects_owner').on(table.kind, table.language, table.owner),
  ],
)
