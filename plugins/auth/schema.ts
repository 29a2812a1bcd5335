import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Operates } from './model.ts'

/** Managed API keys. Never the key itself: a keyed hash to find it, four characters to recognise it. Times are ms since 1970. */
export const apiKeys = sqliteTable('api_keys', {
  id: text().primaryKey(),
  name: text().notNull(),
  description: text().notNull().default(''),
  hash: text().notNull().unique(),
  lastFour: text('last_four').notNull(),
  /** After a roll, the key before it still works for a while. */
  previousHash: text('previous_hash'),
  previousUntil: integer('previous_until'),
  userPath: text('user_path'),
  subPaths: integer('sub_paths', { mode: 'boolean' }).notNull().default(false),
  labels: text({ mode: 'json' }).$type<Record<string, string>>().notNull(),
  allowedModels: text('allowed_models', { mode: 'json' }).$type<string[]>(),
  /** What its holder may do as an operator; null for a caller's key. */
  operates: text().$type<Operates>(),
  /** Counts how often it was made an operator's again: sessions from before that are over. */
  operatesAnew: integer('operates_anew').notNull().default(0),
  /** Its holder makes keys below its user path. */
  makesKeys: integer('makes_keys', { mode: 'boolean' }).notNull().default(false),
  /** The id of the key whose holder has made it; null where an operator did. */
  madeBy: text('made_by'),
  expiresAt: integer('expires_at'),
  revokedAt: integer('revoked_at'),
  createdAt: integer('created_at').notNull(),
  /** Grows with every change. */
  version: integer().notNull().default(1),
})

/** Secrets of this installation, made at the first start. */
export const secrets = sqliteTable('secrets', {
  name: text().primaryKey(),
  value: text().notNull(),
})
