import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { StoredState } from './model.ts'

/** The providers that operators have added. Their secrets are sealed. */
export const storedProviders = sqliteTable('stored_providers', {
  name: text().primaryKey(),
  definition: text({ mode: 'json' }).$type<StoredState>().notNull(),
  version: integer().notNull(),
})
