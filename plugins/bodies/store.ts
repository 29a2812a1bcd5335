import { asc, eq, inArray, lt, lte, type SQL, sql } from 'drizzle-orm'
import { createTurns } from '../../src/base/turns.ts'
import { isDatabaseAway, isTooLarge } from '../../src/database/faults.ts'
import type { Database } from '../../src/database/open.ts'
import type { Log } from '../../src/log.ts'
import { type Entry, type Row, type RowOptions, toRow } from './entry.ts'
import { requestBodies } from './schema.ts'

export type Stored = typeof requestBodies.$inferSelect

export interface StoreOptions extends RowOptions {
  readonly db: Database
  readonly log: Log
  readonly now: () => number
  /** Milliseconds for which a row is kept; 0: for ever. */
  readonly retention: number
  /** Characters of all rows together. */
  readonly room: number
  readonly tally: Tally
}

/** Calls whose bodies were not kept, because neither memory nor the database had room; of all stores of this process. */
export interface Tally {
  dropped: number
}

export interface BodyStore {
  /** Remembers a call; it is redacted and written a moment later. */
  add(entry: Entry): void
  /** Writes what is not written yet. */
  flush(): Promise<void>
  find(id: string): Promise<Stored | undefined>
  /** Deletes some of the rows that are too old, or too many. */
  forget(): Promise<void>
}

/** So much waits in memory (characters). */
const MAX_WAITING = 32 * 1024 * 1024
/** Rows of one insert: redacting and writing them must not hold up the thread for long. */
const BATCH = 8
/** Rows of one delete, how many deletes follow each other, and after how many runs the rows are summed up again. */
const FORGET = 200
const STEPS = 50
const RECOUNT = 360

const breath = () => new Promise(resolve => setTimeout(resolve, 0))
/** Of an error no more than its code. */
const codeOf = (error: unknown): string => {
  const { cause = error } = error as { cause?: unknown }
  return String((cause as { code?: unknown } | null)?.code ?? 'unknown')
}

/** Calls wait in memory and are written in small batches, off the path of the calls; with a bound, beyond which they are dropped. */
export function openBodyStore(options: StoreOptions): BodyStore {
  const { db, log, now, retention, room, tally } = options
  const inTurn = createTurns()
  const waiting: Entry[] = []
  let ready: Row[] = []
  let weight = 0
  let isFailing = false
  /** Size of all rows; undefined while it has to be summed up. */
  let total: number | undefined
  let runs = 0

  /** What cannot be written waits on. Errors of the database quote the rows: none of it may reach the log. */
  async function write(): Promise<void> {
    while (waiting.length > 0 || ready.length > 0) {
      await prepare()
      try {
        if (ready.length > 0) await db.insert(requestBodies).values(ready).onConflictDoNothing()
      } catch (error) {
        if (isTooLarge(error)) {
          dropLargest()
          continue
        }
        const tell = isDatabaseAway(error) ? log.debug : log.warn
        if (!isFailing) tell('Bodies cannot be written, and wait', { code: codeOf(error) })
        isFailing = true
        return
      }
      isFailing = false
      total = total === undefined ? undefined : ready.reduce((sum, { size }) => sum + size, total)
      ready = []
    }
  }

  async function prepare(): Promise<void> {
    while (ready.length < BATCH && waiting.length > 0) {
      const entry = waiting.shift()!
      weight -= entry.weight
      try {
        ready.push(toRow(entry, options))
      } catch {
        drop('A body cannot be read, and is not kept')
      }
      // Each body takes its time: others must get theirs in between.
      await breath()
    }
  }

  /** The others must not wait for it for ever. */
  function dropLargest(): void {
    const largest = ready.reduce((one, other) => (other.size > one.size ? other : one))
    ready = ready.filter(row => row !== largest)
    drop('A body is too large for the database, and is not kept')
  }

  function drop(why: string): void {
    if (tally.dropped++ === 0) log.warn(why)
  }

  /** True when there may be more. */
  async function forgetOld(): Promise<boolean> {
    if (retention === 0) return false
    const old = await db
      .delete(requestBodies)
      .where(inArray(requestBodies.no, oldest(lt(requestBodies.at, now() - retention))))
      .returning({ size: requestBodies.size })
    forgotten(old)
    return old.length === FORGET
  }

  const oldest = (is?: SQL) =>
    db
      .select({ no: requestBodies.no })
      .from(requestBodies)
      .where(is)
      .orderBy(asc(requestBodies.no))
      .limit(FORGET)

  function forgotten(rows: readonly { readonly size: number }[]): void {
    if (total !== undefined) total -= rows.reduce((sum, { size }) => sum + size, 0)
  }

  /** True when there may be more. */
  async function forgetMost(): Promise<boolean> {
    total ??= await sumUp()
    if (total <= room) return false
    const rows = await db
      .select({ no: requestBodies.no, size: requestBodies.size })
      .from(requestBodies)
      .orderBy(asc(requestBodies.no))
      .limit(FORGET)
    let over = total - room
    const last =
      rows.find(({ size }) => {
        over -= size
        return over <= 0
      }) ?? rows.at(-1)
    if (last === undefined) return false
    forgotten(
      await db
        .delete(requestBodies)
        .where(lte(requestBodies.no, last.no))
        .returning({ size: requestBodies.size }),
    )
    return over > 0
  }

  async function sumUp(): Promise<number> {
    const [sum] = await db
      .select({ size: sql<number>`coalesce(sum(${requestBodies.size}), 0)` })
      .from(requestBodies)
    return sum?.size ?? 0
  }

  return {
    add(entry) {
      if (weight + entry.weight > MAX_WAITING) {
        return drop('Bodies are not kept: too many wait for the database')
      }
      weight += entry.weight
      waiting.push(entry)
    },
    flush: () => inTurn(write),
    async find(id) {
      const [row] = await db.select().from(requestBodies).where(eq(requestBodies.id, id))
      return row
    },
    async forget() {
      for (let i = 0; i < STEPS && (await forgetOld()); i++) await breath()
      // Others may write and delete too: now and then it is counted anew.
      if (++runs % RECOUNT === 0) total = undefined
      for (let i = 0; i < STEPS && (await forgetMost()); i++) await breath()
    },
  }
}
