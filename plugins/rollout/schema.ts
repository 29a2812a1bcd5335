import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { JsonObject } from '../../src/types.ts'
import type { Evidence, Plan, State } from './model.ts'

/** One row for each redirect that has, or had, a rollout: the last one. Times are ms since 1970. */
export const rollouts = sqliteTable('rollouts', {
  /** Of the redirect. */
  source: text().primaryKey(),
  plan: text({ mode: 'json' }).$type<Plan>().notNull(),
  state: text().$type<State>().notNull(),
  /** Which of the steps, from 0. */
  step: integer().notNull(),
  /** Why it is over. */
  why: text(),
  /** Who has started it. */
  author: text().notNull(),
  startedAt: integer('started_at').notNull(),
  /** When the state, or the step, became what it is. */
  changedAt: integer('changed_at').notNull(),
  /** The redirect as it was before, in the shape of `PUT /admin/virtual-models`. */
  before: text({ mode: 'json' }).$type<JsonObject>().notNull(),
  /** The version of the redirect that the rollout wrote last: with another one somebody else has changed it. */
  redirectVersion: integer('redirect_version').notNull(),
  /** The redirect is yet to be written as this row says. */
  isDue: integer('is_due', { mode: 'boolean' }).notNull(),
  /** When the redirect was written: what arrived from then on is evidence. */
  since: integer().notNull(),
  /** The last line of the records that is in the evidence. */
  lastLine: integer('last_line').notNull(),
  evidence: text({ mode: 'json' }).$type<Evidence>().notNull(),
  /** Another one with every change: who changes says which one he has seen. */
  version: integer().notNull(),
  /** When a gateway took it upon itself to look. */
  lookedAt: integer('looked_at').notNull(),
})

export type Rollout = typeof rollouts.$inferSelect
