import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Model } from '../../src/contract/model.ts'

/** The last list that each provider gave, so that a restart while it is down forgets nothing. */
export const providerModels = sqliteTable('provider_models', {
  provider: text().primaryKey(),
  models: text({ mode: 'json' }).$type<readonly Model[]>().notNull(),
  /** Milliseconds since 1970. */
  fetchedAt: integer('fetched_at').notNull(),
})
