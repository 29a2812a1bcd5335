import { and, desc, eq, gte, inArray, lt, lte, sql } from 'drizzle-orm'
import { createTurns } from '../../src/base/turns.ts'
import type { AdminEvent } from '../../src/contract/api.ts'
import { type Leaf, lookBack } from '../../src/database/look-back.ts'
import type { Database } from '../../src/database/open.ts'
import type { Log } from '../../src/log.ts'
import { adminCalls, type Who } from './schema.ts'

export type Call = typeof adminCalls.$inferSelect

export interface Filter {
  readonly who?: Who | undefined
  readonly name?: string | undefined
  readonly method?: string | undefined
  readonly route?: string | undefined
  /** From, to. */
  readonly status?: readonly [number, number] | undefined
  /** Milliseconds since 1970. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** Only those with a smaller `id`. */
  readonly before?: number | undefined
  readonly limit: number
}

export interface Question extends Pick<Filter, 'who' | 'status' | 'before' | 'limit'> {
  readonly words: readonly string[]
}

export interface Trail {
  /** Remembers a call; it is written a moment later. */
  add(event: AdminEvent): void
  /** Writes what is not written yet. */
  flush(): Promise<void>
  /** What people look for, page by page; all of the words stand in the name of the person or in the address, in any case. */
  look(question: Question): Promise<Leaf<Call>>
  /** Newest first. */
  list(filter: Filter): Promise<readonly Call[]>
  /** Deletes a few of the rows that are older than `at`. */
  forget(at: number): Promise<void>
}

const BATCH = 200
const FORGET = 500
/** An address is short; what is longer is an attempt at something. */
const MAX_PATH = 512
/** While the database is away, so many wait in memory. */
const MAX_WAITING = 10_000
const MINUTE = 60_000
/** Anybody may send what is refused for want of a key: so many rows of that kind a minute. */
const MAX_STRANGERS = 60

/** Rows wait in memory for a moment and are written together, off the path of the calls. */
export function openTrail(db: Database, log: Log): Trail {
  const inTurn = createTurns()
  const admitStranger = createGate(log)
  let waiting: (typeof adminCalls.$inferInsert)[] = []

  /** What cannot be written waits on. */
  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH)
      await db.insert(adminCalls).values(batch)
      waiting = waiting.slice(batch.length)
    }
  }

  return {
    add({ admin, caller, method, route, path, status, at }) {
      if (admin === undefined && caller === undefined && !admitStranger(at)) return
      if (waiting.length >= MAX_WAITING)
        return log.error('Too many admin calls wait for the database', { method, path, status })
      waiting.push({
        who: admin?.via ?? (caller === undefined ? 'nobody' : 'caller'),
        name: admin?.name ?? (caller === undefined ? null : `${caller.name} (${caller.id})`),
        path: path.slice(0, MAX_PATH),
        ...{ at, method, route, status },
      })
    },
    flush: () => inTurn(write),
    list({ who, name, method, route, status, since, until, before, limit }) {
      const is = [
        who && eq(adminCalls.who, who),
        name && eq(adminCalls.name, name),
        method && eq(adminCalls.method, method),
        route && eq(adminCalls.route, route),
        status && and(gte(adminCalls.status, status[0]), lte(adminCalls.status, status[1])),
        since !== undefined && gte(adminCalls.at, since),
        until !== undefined && lt(adminCalls.at, until),
        before !== undefined && lt(adminCalls.id, before),
      ].filter(condition => typeof condition === 'object')
      return db
        .select()
        .from(adminCalls)
        .where(and(...is))
        .orderBy(desc(adminCalls.id))
        .limit(limit)
    },
    look: question => look(db, question),
    async forget(at) {
      const old = db.select({ id: adminCalls.id }).from(adminCalls).where(lt(adminCalls.at, at)).limit(FORGET)
      await db.delete(adminCalls).where(inArray(adminCalls.id, old))
    },
  }
}

/** So many rows are looked at for a page, and the next one goes on behind them: words have no index. */
const REACH = 10_000
const TEXT = sql`coalesce(${adminCalls.name}, '') || ' ' || ${adminCalls.method} || ' ' || ${adminCalls.path}`

const look = (db: Database, { who, status, words, before, limit }: Question): Promise<Leaf<Call>> =>
  lookBack<Call>({
    ...{ db, table: adminCalls, before, limit, reach: REACH },
    list: ({ from, to, limit }) =>
      db
        .select()
        .from(adminCalls)
        .where(
          and(
            gte(adminCalls.id, from),
            lt(adminCalls.id, to),
            who && eq(adminCalls.who, who),
            status && and(gte(adminCalls.status, status[0]), lte(adminCalls.status, status[1])),
            ...words.map(word => sql`instr(lower(${TEXT}), lower(${word})) > 0`),
          ),
        )
        .orderBy(desc(adminCalls.id))
        .limit(limit),
  })

/** Lets a few strangers a minute into the trail; of the others the log tells how many there were. */
function createGate(log: Log): (at: number) => boolean {
  let minute = 0
  let count = 0
  return at => {
    const now = Math.floor(at / MINUTE)
    if (now !== minute) {
      if (count > MAX_STRANGERS)
        log.warn('Admin calls without a key were left out of the audit trail', {
          count: count - MAX_STRANGERS,
        })
      minute = now
      count = 0
    }
    return ++count <= MAX_STRANGERS
  }
}
