import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** What operators have stored, by the names of settings. */
export const storedSettings = sqliteTable('stored_settings', {
  name: text().primaryKey(),
  /** As the config file would say it. */
  value: text({ mode: 'json' }).$type<unknown>().notNull(),
  version: integer().notNull(),
})
