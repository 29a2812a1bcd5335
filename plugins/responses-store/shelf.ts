import { and, eq, inArray, lt, sql } from 'drizzle-orm'
import { isObject, listOf } from '../../src/contract/loose-json.ts'
import type { Database } from '../../src/database/open.ts'
import { refuse } from '../../src/errors.ts'
import type { JsonObject } from '../../src/types.ts'
import { type Journal, type Memory, ownedBy } from './journal.ts'
import { isOwn, type Kept, keyOf, type Owner, ownerOf, type Who } from './model.ts'
import { responseItems, responses } from './schema.ts'
import { inSlices } from './slices.ts'

const DAY = 86_400_000
/** No honest chain of answers is longer. */
const LONGEST = 2000
/** Characters of what came before that are put in front of a request. */
export const MAX_HISTORY = 64 * 1024 * 1024
const FORGET = 200
/** Milliseconds: what another gateway heard is written by then. */
const PAUSES = [60, 120]

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

  async function byId(owner: Owner, id: string): Promise<Kept | undefined> {
    const waiting = memory.responses.get(keyOf(owner, id))
    if (waiting !== undefined) return waiting
    const [row] = await db
      .select()
      .from(responses)
      .where(and(eq(responses.id, id), ownedBy(responses, owner)))
    if (row === undefined) return undefined
    // Changes of it may still wait to be written.
    for (const entry of memory.entries)
      if (entry.kind === 'change' && entry.ids.includes(id) && isOwn(entry.owner, owner))
        Object.assign(row, entry.set)
    return row
  }

  /** What came before, the oldest first; undefined when some of it is gone. */
  async function ancestors(owner: Owner, id: string): Promise<readonly Kept[] | undefined> {
    const { keyId, userPath } = owner
    const rows = await db.all<{ id: string; previous: string | null; size: number }>(sql`
      with recursive chain(id, previous, depth) as (
        select id, previous, 0 from responses
        where id = ${id} and key_id = ${keyId} and user_path = ${userPath}
        union all
        select r.id, r.previous, depth + 1 from responses r join chain on r.id = chain.previous
        where r.key_id = ${keyId} and r.user_path = ${userPath} and depth < ${LONGEST}
      )
      select chain.id, chain.previous, coalesce(length(r.input), 0) + coalesce(length(r.body), 0) as size
      from chain join responses r on r.id = chain.id and r.key_id = ${keyId} and r.user_path = ${userPath}
      order by depth desc`)
    const size = rows.reduce((sum, row) => sum + row.size, 0)
    if (size > MAX_HISTORY) tooLong()
    if (rows.length === 0 || rows[0]!.previous !== null) return undefined
    const found = await inSlices(rows, slice => {
      const ids = slice.map(row => row.id)
      return db
        .select()
        .from(responses)
        .where(and(inArray(responses.id, ids), ownedBy(responses, owner)))
    })
    const known = new Map(found.map(row => [row.id, row]))
    return rows.flatMap(row => known.get(row.id) ?? [])
  }

  /** What is not written yet of what came before, the oldest first, and what is before that. */
  function recent(
    row: Kept,
  ): { readonly chain: readonly Kept[]; readonly before: string | null } | undefined {
    const chain = [row]
    // A provider may give an id twice: what came before would be itself, round and round.
    const seen = new Set([row.id])
    for (let id = row.previous; id !== null; id = chain[0]!.previous) {
      if (seen.has(id) || seen.size > LONGEST) return undefined
      const next = memory.responses.get(keyOf(row, id))
      if (next === undefined) return { chain, before: id }
      seen.add(id)
      chain.unshift(next)
    }
    return { chain, before: null }
  }

  async function find(id: string, who: Who): Promise<Kept | undefined> {
    const row = await byId(ownerOf(who), id)
    return row !== undefined && isAlive(row) ? row : undefined
  }

  return {
    /** An answer of this caller's. */
    find,
    /** The same. Another gateway may have heard of it a moment ago, and not written it yet. */
    async findSoon(id: string, who: Who): Promise<Kept | undefined> {
      for (const pause of PAUSES) {
        const row = await find(id, who)
        if (row !== undefined) return row
        await new Promise(resolve => setTimeout(resolve, pause))
      }
      return find(id, who)
    },
    /** The answer that a provider's item belongs to. */
    async findByItem(item: string, who: Who): Promise<Kept | undefined> {
      const owner = ownerOf(who)
      const waiting = memory.items.get(keyOf(owner, item))
      if (waiting !== undefined) return find(waiting, who)
      const [row] = await db
        .select()
        .from(responseItems)
        .where(and(eq(responseItems.id, item), ownedBy(responseItems, owner)))
      return row === undefined ? undefined : find(row.response, who)
    },
    /** An answer with all that came before it, the oldest first; undefined when some of it is gone. */
    async chainOf(row: Kept): Promise<readonly Kept[] | undefined> {
      const found = recent(row)
      if (found === undefined) return undefined
      const { chain, before } = found
      const older = before === null ? [] : await ancestors(row, before)
      return older && [...older, ...chain]
    },
    /** Whoever is used stays. */
    touch(chain: readonly Kept[]): void {
      const until = now() + retention
      const ids = chain.filter(row => row.until < until - DAY).map(({ id }) => id)
      if (ids.length > 0) journal.add({ kind: 'change', owner: chain[0]!, ids, set: { until }, size: 0 })
    },
    async remove(row: Kept): Promise<void> {
      await journal.flush()
      await db.batch([
        db.delete(responseItems).where(and(eq(responseItems.response, row.id), ownedBy(responseItems, row))),
        db.delete(responses).where(and(eq(responses.id, row.id), ownedBy(responses, row))),
      ])
    },
    /** Whether what it cost is to be counted now: the first who fetches it does, and nobody else. */
    claim(row: Kept): boolean {
      const key = keyOf(row, row.id)
      if (row.isCounted || memory.counted.has(key)) return false
      memory.counted.set(key, true)
      journal.add({ kind: 'change', owner: row, ids: [row.id], set: { isCounted: true }, size: 0 })
      return true
    },
    /** Remembers to which answer these items belong. */
    index(owner: Owner, { id, output }: JsonObject): void {
      const ids = listOf(output).flatMap(item =>
        isObject(item) && typeof item.id === 'string' ? [item.id] : [],
      )
      if (ids.length > 0)
        journal.add({ kind: 'items', owner, response: String(id), ids, size: ids.length * 64 })
    },
    /** Deletes a few of those whose time is over. */
    async forget(): Promise<void> {
      const { id, keyId, userPath, until } = responses
      const old = await db
        .select({ id, keyId, userPath })
        .from(responses)
        .where(lt(until, now()))
        .limit(FORGET)
      const [first, ...rest] = old.flatMap(row => [
        db.delete(responseItems).where(and(eq(responseItems.response, row.id), ownedBy(responseItems, row))),
        db.delete(responses).where(and(eq(id, row.id), ownedBy(responses, row), lt(until, now()))),
      ])
      if (first !== undefined) await db.batch([first, ...rest])
    },
  }
}

export type Shelf = ReturnType<typeof createShelf>

export const tooLong = (): never =>
  refuse('request_too_large', 'What was said before is too long to be sent again: begin a new conversation', {
    param: 'input',
  })
