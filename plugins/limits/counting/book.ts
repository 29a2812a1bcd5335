import { inArray, lt, sql } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
import { readAll } from '../../../src/database/rows.ts'
import type { Limit } from '../model.ts'
import { limitPots } from '../schema.ts'
import type { Amounts } from './amounts.ts'
import type { Ledger } from './ledger.ts'
import type { Unstored } from './pot.ts'
import { isSpan, isWithin, spanOf } from './window.ts'

/** Rows that are written or read at once: a moment for the database. */
const BATCH = 200

/** A number above is not read again. No provider is that dear, but some tell nonsense. */
const MOST = Number.MAX_SAFE_INTEGER

const capped = ({ requests, tokens, cost }: Amounts): Amounts => ({
  requests: Math.min(requests, MOST),
  tokens: Math.min(tokens, MOST),
  cost: Math.min(cost, MOST),
})

/** Keeps what was counted over restarts, and adds up what several gateways on one database have counted. */
export function createBook(db: Database, ledger: Ledger) {
  const isSame = sql`${limitPots.start} = excluded.start and ${limitPots.end} = excluded."end"`
  /** The same window by the clocks of another time zone, which the limit had, or has at another gateway. */
  const isMoved = sql`${limitPots.per} = excluded.per and ${limitPots.start} < excluded."end" and ${limitPots.end} > excluded.start`
  /** It was written by a clock that runs ahead of ours. */
  const isAhead = sql`${limitPots.start} >= excluded."end"`

  /** A row of an older window begins anew, and so does one of another kind of window: the limit was another one then. */
  const added = (column: 'requests' | 'tokens' | 'cost') => sql`case
      when (${isSame}) or (${isMoved}) then min(${limitPots[column]} + excluded.${sql.identifier(column)}, ${MOST})
      when ${isAhead} then ${limitPots[column]}
      else excluded.${sql.identifier(column)} end`

  const toStatement = ({ limit, member, per, start, end, amounts }: Unstored) =>
    db
      .insert(limitPots)
      .values({ limit, member, per, start, end, ...capped(amounts) })
      .onConflictDoUpdate({
        target: [limitPots.limit, limitPots.member],
        set: {
          requests: added('requests'),
          tokens: added('tokens'),
          cost: added('cost'),
          per: sql`case when ${isAhead} then ${limitPots.per} else excluded.per end`,
          start: sql`case when ${isAhead} then ${limitPots.start} else excluded.start end`,
          end: sql`case when ${isAhead} then ${limitPots.end} else excluded."end" end`,
        },
      })
      .returning()

  const readPots = () =>
    readAll<typeof limitPots.$inferSelect>((last, most) =>
      db
        .select()
        .from(limitPots)
        .where(last && sql`(${limitPots.limit}, ${limitPots.member}) > (${last.limit}, ${last.member})`)
        .orderBy(limitPots.limit, limitPots.member)
        .limit(most),
    )

  /** Where the next look at what others have counted begins. */
  let next = 0

  async function store(batch: readonly Unstored[]): Promise<void> {
    const [first, ...more] = batch.map(toStatement)
    if (first === undefined) return
    const answers = await db.batch([first, ...more])
    for (const [row] of answers) if (row !== undefined) ledger.learn(row, row)
  }

  return {
    /** What was counted before this process, in windows that are not over. */
    async read(limits: readonly Limit[], at: number): Promise<void> {
      const byName = new Map(limits.map(limit => [limit.name, limit]))
      for (const row of await readPots()) {
        const limit = byName.get(row.limit)
        if (limit === undefined) continue
        const span = spanOf(limit, at)
        if (isSpan(row, span) || (row.per === limit.per && isWithin(row, at)))
          ledger.learn({ ...row, ...span, per: limit.per }, row)
      }
    },
    /** Adds what was counted since. What cannot be stored stays to be stored the next time. */
    async write(): Promise<void> {
      const unstored = ledger.takeFresh()
      for (let at = 0; at < unstored.length; at += BATCH) {
        try {
          await store(unstored.slice(at, at + BATCH))
        } catch (error) {
          for (const each of unstored.slice(at)) ledger.putBack(each)
          throw error
        }
      }
    },
    /** What the database has of limits that all share, other gateways' calls among it; of many of them some, in turn. */
    async refresh(limits: readonly Limit[]): Promise<void> {
      const shared = limits.filter(({ each }) => each === 'all').map(({ name }) => name)
      const names = shared.slice(next, next + BATCH)
      next = next + BATCH < shared.length ? next + BATCH : 0
      if (names.length === 0) return
      for (const row of await db.select().from(limitPots).where(inArray(limitPots.limit, names)))
        ledger.learn(row, row)
    },
    /** Forgets windows that are long over. */
    async sweep(before: number): Promise<void> {
      await db.delete(limitPots).where(lt(limitPots.end, before))
    },
  }
}
