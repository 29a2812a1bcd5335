import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Definition } from './model.ts'

/** One row per source: the virtual model as it is now. */
export const virtualModels = sqliteTable('virtual_models', {
  source: text().primaryKey(),
  definition: text({ mode: 'json' }).$type<Definition>().notNull(),
  version: integer().notNull(),
  /** Milliseconds since 1970. */
  updatedAt: integer('updated_at').notNull(),
})
