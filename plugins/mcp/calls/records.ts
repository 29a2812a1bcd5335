import { and, desc, eq, gte, inArray, lt, or, sql } from 'drizzle-orm'
import { createTurns } from '../../../src/base/turns.ts'
import { type Leaf, lookBack } from '../../../src/database/look-back.ts'
import type { Database } from '../../../src/database/open.ts'
import type { Log } from '../../../src/log.ts'
import { mcpCalls } from '../schema.ts'
import type { Kind, Outcome } from './outcome.ts'

export type ToolRecord = typeof mcpCalls.$inferSelect
export type NewRecord = Omit<ToolRecord, 'id'>

/** What is looked for; what is left out may be anything. */
export interface Question {
  readonly server?: string | undefined
  readonly kind?: Kind | undefined
  readonly name?: string | undefined
  readonly outcome?: Outcome | undefined
  readonly key?: string | undefined
  /** This path, and all below it. */
  readonly path?: string | undefined
  /** Milliseconds since 1970: from, and up to. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** All of them stand in its name or in the path, in any case. */
  readonly words?: readonly string[]
  /** Only those with a smaller `id`. */
  readonly before?: number | undefined
  readonly limit: number
}

/** What became of calls of tools, and of what was read, one by one. */
export interface Records {
  /** Remembers a call; it is written a moment later. */
  add(record: NewRecord): void
  /** Writes what is not written yet. */
  flush(): Promise<void>
  /** Newest first. Rows are looked through in turn, some thousand for a page: it may end before it is full. */
  look(question: Question): Promise<Leaf<ToolRecord>>
  /** Deletes a few of those that are older than `at`. */
  forget(at: number): Promise<void>
}

const BATCH = 200
const FORGET = 2000
/** While the database is away, so many wait in memory. */
const MAX_WAITING = 50_000
const REACH = 10_000
const TEXT = sql`${mcpCalls.name} || ' ' || ${mcpCalls.userPath}`

/** Calls wait in memory for a moment and are written together: whoever calls never waits for the database. */
export function openRecords(db: Database, log: Log): Records {
  const inTurn = createTurns()
  let waiting: NewRecord[] = []
  let lost = 0

  /** What cannot be written waits on. */
  async function write(): Promise<void> {
    if (lost > 0) log.error('Too many calls of tools wait for the database: some have no record', { lost })
    lost = 0
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH)
      // A database that did not say so may have written them all the same.
      await db.insert(mcpCalls).values(batch).onConflictDoNothing()
      waiting = waiting.slice(batch.length)
    }
  }

  return {
    add(record) {
      if (waiting.length < MAX_WAITING) waiting.push(record)
      else lost++
    },
    flush: () => inTurn(write),
    look: ({ before, limit, ...wanted }) =>
      lookBack<ToolRecord>({
        ...{ db, table: mcpCalls, before, limit, reach: REACH },
        list: ({ from, to, limit }) =>
          db
            .select()
            .from(mcpCalls)
            .where(and(gte(mcpCalls.id, from), lt(mcpCalls.id, to), ...conditionsOf(wanted)))
            .orderBy(desc(mcpCalls.id))
            .limit(limit),
      }),
    async forget(at) {
      const old = db.select({ id: mcpCalls.id }).from(mcpCalls).where(lt(mcpCalls.at, at)).limit(FORGET)
      await db.delete(mcpCalls).where(inArray(mcpCalls.id, old))
    },
  }
}

const conditionsOf = ({
  server,
  kind,
  name,
  outcome,
  key,
  path,
  since,
  until,
  words = [],
}: Omit<Question, 'before' | 'limit'>) => [
  server === undefined ? undefined : eq(mcpCalls.server, server),
  kind === undefined ? undefined : eq(mcpCalls.kind, kind),
  name === undefined ? undefined : eq(mcpCalls.name, name),
  outcome === undefined ? undefined : eq(mcpCalls.outcome, outcome),
  key === undefined ? undefined : eq(mcpCalls.keyId, key),
  path === undefined || path === '/' ? undefined : isBelow(path),
  since === undefined ? undefined : gte(mcpCalls.at, since),
  until === undefined ? undefined : lt(mcpCalls.at, until),
  ...words.map(word => sql`instr(lower(${TEXT}), lower(${word})) > 0`),
]

/** "0" is the character behind "/". */
const isBelow = (path: string) =>
  or(eq(mcpCalls.userPath, path), and(gte(mcpCalls.userPath, `${path}/`), lt(mcpCalls.userPath, `${path}0`)))
