import { and, eq, inArray, lt, sql } from 'drizzle-orm'
import type { Database } from '../../src/database.ts'
import { refuse } from '../../src/errors.ts'
import type { Journal, Memory } from './journal.ts'
import { isOwn, type Kept, type Who } from './model.ts'
import { responseItems, responses } from './schema.ts'

const DAY = 86_400_000
/** No honest chain of answers is longer. */
const LONGEST = 2000
/** Characters of what came before that are put in front of a request. */
export const MAX_HISTORY = 64 * 1024 * 1024
const FORGET = 200

export interface ShelfOptions {
  readonly db: Database
  readonly journal: Journal
  readonly memory: Memory
  readonly now: () => number
  /** Milliseconds. */
  readonly retention: number
}

/** Answers that were kept. What is not written yet is found in memory. */
export function createShelf({ db, journal, memory, now, retention }: ShelfOptions) {
  const isAlive = (row: Kept): boolean => row.until > now()

  async function byId(id: string): Promise<Kept | undefined> {
    const waiting = memory.responses.get(id)
    if (waiting !== undefined) return waiting
    const [row] = await db.select().from(responses).where(eq(responses.id, id))
    // Changes of it may still wait to be written.
    for (const entry of memory.entries)
      if (row !== undefined && entry.kind === 'change' && entry.ids.includes(id))
        Object.assign(row, entry.set)
    return row
  }

  /** What came before, the oldest first; undefined when some of it is gone. */
  async function ancestors(id: string): Promise<readonly Kept[] | undefined> {
    const rows = await db.all<{ id: string; previous: string | null; size: number }>(sql`
      with recursive chain(id, previous, depth) as (
        select id, previous, 0 from responses where id = ${id}
        union all
        select r.id, r.previous, depth + 1 from responses r join chain on r.id = chain.previous where depth < ${LONGEST}
      )
      select chain.id, chain.previous, coalesce(length(r.input), 0) + coalesce(length(r.body), 0) as size
      from chain join responses r on r.id = chain.id order by depth desc`)
    const size = rows.reduce((sum, row) => sum + row.size, 0)
    if (size > MAX_HISTORY) tooLong()
    if (rows.length === 0 || rows[0]!.previous !== null) return undefined
    const found = await db
      .select()
      .from(responses)
      .where(
        inArray(
          responses.id,
          rows.map(row => row.id),
        ),
      )
    const known = new Map(found.map(row => [row.id, row]))
    return rows.flatMap(row => known.get(row.id) ?? [])
  }

  return {
    /** An answer of this caller's. */
    async find(id: string, who: Who): Promise<Kept | undefined> {
      const row = await byId(id)
      return row !== undefined && isOwn(row, who) && isAlive(row) ? row : undefined
    },
    /** The answer that a provider's item belongs to. */
    async findByItem(item: string, who: Who): Promise<Kept | undefined> {
      const waiting = memory.items.get(item)
      if (waiting !== undefined) return this.find(waiting, who)
      const [row] = await db.select().from(responseItems).where(eq(responseItems.id, item))
      return row === undefined ? undefined : this.find(row.response, who)
    },
    /** An answer with all that came before it, the oldest first; undefined when some of it is gone. */
    async chainOf(row: Kept): Promise<readonly Kept[] | undefined> {
      const chain = [row]
      let id = row.previous
      for (let next = id && memory.responses.get(id); next; next = id && memory.responses.get(id)) {
        chain.unshift(next)
        id = next.previous
      }
      const older = id === null ? [] : await ancestors(id)
      return older && [...older, ...chain]
    },
    /** Whoever is used stays. */
    touch(chain: readonly Kept[]): void {
      const until = now() + retention
      const ids = chain.filter(row => row.until < until - DAY).map(({ id }) => id)
      if (ids.length > 0) journal.add({ kind: 'change', ids, set: { until }, size: 0 })
    },
    async remove(id: string): Promise<void> {
      await journal.flush()
      await db.batch([
        db.delete(responseItems).where(eq(responseItems.response, id)),
        db.delete(responses).where(eq(responses.id, id)),
      ])
    },
    markCounted: (id: string): void =>
      journal.add({ kind: 'change', ids: [id], set: { isCounted: true }, size: 0 }),
    /** Deletes a few of those whose time is over. */
    async forget(): Promise<void> {
      const old = await db
        .select({ id: responses.id })
        .from(responses)
        .where(lt(responses.until, now()))
        .limit(FORGET)
      if (old.length === 0) return
      const ids = old.map(({ id }) => id)
      await db.batch([
        db.delete(responseItems).where(inArray(responseItems.response, ids)),
        db.delete(responses).where(and(inArray(responses.id, ids), lt(responses.until, now()))),
      ])
    },
  }
}

export type Shelf = ReturnType<typeof createShelf>

export const tooLong = (): never =>
  refuse('request_too_large', 'What was said before is too long to be sent again: begin a new conversation', {
    param: 'input',
  })
