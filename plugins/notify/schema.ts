import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Place, Tone } from '../concerns/model.ts'
import type { Content } from './model.ts'

/** Concerns that stand, as all gateways on this database see them together; times are ms since 1970. */
export const standingConcerns = sqliteTable('standing_concerns', {
  key: text().primaryKey(),
  /** Another one each time that the concern begins. */
  id: text().notNull(),
  tone: text().$type<Tone>().notNull(),
  text: text().notNull(),
  place: text().$type<Place>().notNull(),
  beganAt: integer('began_at').notNull(),
  /** When a gateway saw it last. */
  seenAt: integer('seen_at').notNull(),
  /** What was told of it; null: nothing yet. */
  toldTone: text('told_tone').$type<Tone>(),
  toldAt: integer('told_at'),
  /** When a gateway took it upon itself to tell of it; 0: none has. */
  claimedAt: integer('claimed_at').notNull(),
})

/** What hooks are to be told, and what they were told. */
export const notices = sqliteTable(
  'notices',
  {
    id: text().notNull(),
    /** A hash of its address. */
    hook: text().notNull(),
    at: integer().notNull(),
    content: text({ mode: 'json' }).$type<Content>().notNull(),
    tries: integer().notNull(),
    /** When it is tried next; null: it is over. */
    nextAt: integer('next_at'),
    sentAt: integer('sent_at'),
    /** Why the last try failed, and when. */
    failure: text(),
    failedAt: integer('failed_at'),
  },
  table => [
    primaryKey({ columns: [table.id, table.hook] }),
    index('notices_open').on(table.hook, table.nextAt),
    index('notices_at').on(table.at),
  ],
)
