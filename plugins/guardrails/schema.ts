import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { GuardrailState } from './input.ts'

/** What operators have stored. */
export const guardrails = sqliteTable('guardrails', {
  name: text().primaryKey(),
  definition: text({ mode: 'json' }).$type<GuardrailState>().notNull(),
  version: integer().notNull(),
})
