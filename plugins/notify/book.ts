import { and, asc, desc, eq, inArray, isNotNull, lt, lte, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { timedId } from '../../src/base/runtime.ts'
import type { Database } from '../../src/database/open.ts'
import type { Standing as Seen, Tone } from '../concerns/model.ts'
import type { Change, Standing } from './changes.ts'
import type { Notice } from './model.ts'
import { notices, standingConcerns as standing } from './schema.ts'

export type Row = typeof notices.$inferSelect

/** Whoever took something upon itself has so long (milliseconds); then it is somebody else's. */
const LEASE = 30_000

/** What stands and what is to be told, for all gateways on this database. */
export function createBook(db: Database) {
  /** Several statements, all of them or none. */
  async function all(statements: readonly BatchItem<'sqlite'>[]): Promise<void> {
    const [first, ...more] = statements
    if (first !== undefined) await db.batch([first, ...more])
  }
  const isOpen = (hook: string) => and(eq(notices.hook, hook), isNotNull(notices.nextAt))
  const isRow = ({ id, hook }: Row) => and(eq(notices.id, id), eq(notices.hook, hook))

  return {
    /** Writes down what a gateway sees, and returns all that stands. What nobody saw since `cutoff`, and nobody told, begins anew. */
    async see(seen: readonly Seen[], now: number, cutoff: number): Promise<readonly Standing[]> {
      const rows = seen.map(({ key, tone, text, place }) => ({
        key,
        id: timedId(),
        tone,
        text,
        place,
        beganAt: now,
        seenAt: now,
        claimedAt: 0,
      }))
      const isForgotten = sql`${standing.toldTone} is null and ${standing.seenAt} < ${cutoff}`
      const isNoBetter = sql`excluded.tone = 'bad' or ${standing.tone} = 'amber'`
      if (rows.length > 0)
        await db
          .insert(standing)
          .values(rows)
          .onConflictDoUpdate({
            target: standing.key,
            set: {
              beganAt: sql`case when ${isForgotten} then excluded.began_at else min(${standing.beganAt}, excluded.began_at) end`,
              seenAt: sql`max(${standing.seenAt}, excluded.seen_at)`,
              // Gateways may see it differently: what is worst holds, or each look of theirs would be a change.
              tone: sql`case when ${isNoBetter} then excluded.tone else ${standing.tone} end`,
              text: sql`case when ${isNoBetter} then excluded.text else ${standing.text} end`,
              place: sql`excluded.place`,
            },
          })
      return db.select().from(standing)
    },
    standing: () => db.select().from(standing).orderBy(asc(standing.beganAt)),
    /** Takes concerns to tell of; those that another gateway has taken are not among them. */
    claim: (ids: readonly string[], now: number): Promise<readonly Standing[]> =>
      db
        .update(standing)
        .set({ claimedAt: now })
        .where(and(inArray(standing.id, [...ids]), lte(standing.claimedAt, now - LEASE)))
        .returning(),
    /** What hooks are to be told is written down together with the fact that it is. */
    async tell(changes: readonly Change[], told: readonly { hook: string; notice: Notice }[], now: number) {
      const began = (tone: Tone) =>
        db
          .update(standing)
          .set({ toldTone: tone, toldAt: now, claimedAt: 0 })
          .where(inArray(standing.id, idsOf(changes, tone)))
      const ended = changes.filter(({ type }) => type === 'concern.ended').map(({ concern }) => concern.id)
      const rows = told.map(({ hook, notice }) => ({ ...notice, hook, tries: 0, nextAt: now }))
      await all([
        ...(rows.length > 0 ? [db.insert(notices).values(rows).onConflictDoNothing()] : []),
        began('amber'),
        began('bad'),
        db.delete(standing).where(inArray(standing.id, ended)),
      ])
    },
    /** The oldest notice that a hook waits for, so that it hears of an end after the beginning. */
    async oldest(hook: string): Promise<Row | undefined> {
      const [row] = await db
        .select()
        .from(notices)
        .where(isOpen(hook))
        .orderBy(asc(notices.at), asc(notices.id))
        .limit(1)
      return row
    },
    /** Takes a notice for one try; false where another gateway did. */
    async take(row: Row, now: number): Promise<boolean> {
      const taken = await db
        .update(notices)
        .set({ tries: row.tries + 1, nextAt: now + LEASE })
        .where(and(isRow(row), eq(notices.nextAt, row.nextAt!)))
        .returning({ id: notices.id })
      return taken.length > 0
    },
    async end(row: Row, outcome: Partial<Pick<Row, 'sentAt' | 'failure' | 'failedAt' | 'nextAt'>>) {
      await db
        .update(notices)
        .set({ nextAt: null, ...outcome })
        .where(isRow(row))
    },
    waiting: (hook: string): Promise<number> => db.$count(notices, isOpen(hook)),
    /** The last notice that a hook took, or could not be told. */
    async last(hook: string, column: 'sentAt' | 'failedAt'): Promise<Row | undefined> {
      const [row] = await db
        .select()
        .from(notices)
        .where(and(eq(notices.hook, hook), isNotNull(notices[column])))
        .orderBy(desc(notices[column]))
        .limit(1)
      return row
    },
    recent: (limit: number): Promise<readonly Row[]> =>
      db.select().from(notices).orderBy(desc(notices.at), desc(notices.id)).limit(limit),
    /** Forgets what is long over, and what no hook will ever ask for. */
    async sweep(before: number): Promise<void> {
      await db.delete(notices).where(lt(notices.at, before))
    },
  }
}

const idsOf = (changes: readonly Change[], tone: Tone): string[] =>
  changes.flatMap(({ type, concern }) =>
    type === 'concern.began' && concern.tone === tone ? [concern.id] : [],
  )

export type Book = ReturnType<typeof createBook>
