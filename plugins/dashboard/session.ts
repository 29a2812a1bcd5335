import { and, desc, eq, inArray, isNotNull, lt, notInArray } from 'drizzle-orm'
import { LRUCache } from 'lru-cache'
import { reasonOf } from '../../src/describe.ts'
import type { Host } from '../../src/plugin.ts'
import { keyedHash, randomToken } from '../../src/runtime.ts'
import { createPatience } from './patience.ts'
import { dashboardSessions as table } from './schema.ts'

/** Who came in by another way than the master key, and by which. */
export interface Holder {
  readonly name: string
  readonly mark: string
}

export interface Session {
  /** What every write of this session must carry. */
  readonly csrf: string
  readonly holder: Holder | undefined
}

/** Where the database is away, each of them refuses, but for `find` of what was found a moment ago. */
export interface Sessions {
  /** A new session in place of those that the browser had; the id goes to the browser and is nowhere else. */
  open(before: readonly string[], holder?: Holder): Promise<string>
  /** The first of these that is still good. */
  find(ids: readonly string[]): Promise<Session | undefined>
  /** Ends those of these that have this token, at every gateway; false where none has it. */
  close(ids: readonly string[], csrf: string | undefined): Promise<boolean>
  /** Ends those whose holders came by any other way than these, or the master key. */
  keepWays(marks: readonly string[]): Promise<void>
  /** Removes those that are over, or too many. */
  tidy(): Promise<void>
}

export interface SessionsOptions extends Pick<Host, 'db' | 'log' | 'now'> {
  /** A secret that sessions end with. */
  readonly bond: string
  /** Whether people may still come in the way that this one came. */
  readonly isOpen: (mark: string) => boolean
  /** Milliseconds that a session lives at most. */
  readonly maxAge: number
  /** Milliseconds that it may lie unused. */
  readonly maxIdle: number
  /** Sessions at once; the one that was unused the longest makes room. */
  readonly max: number
}

type Row = typeof table.$inferSelect

/** Milliseconds. A use is written down at most so often. */
const MINUTE = 60_000
/** Milliseconds that a session goes on after it was last found, while the database is away. */
const MEMORY = 30_000
/** So many of the sessions that are too many go at once. */
const BATCH = 1000

/** Sessions in the database: a restart ends none, and all gateways on it know the same ones. */
export function createSessions(options: SessionsOptions): Sessions {
  const { db, log, now, bond, isOpen, maxAge, maxIdle, max } = options
  const patiently = createPatience(log)
  const known = new LRUCache<string, Row>({ max, ttl: MEMORY, ttlResolution: 0, perf: { now } })
  const hashesOf = (ids: readonly string[]): string[] => ids.map(id => keyedHash(bond, id))
  const isGood = ({ openedAt, usedAt, mark }: Row): boolean =>
    now() - openedAt < maxAge && now() - usedAt < maxIdle && (mark === null || isOpen(mark))

  /** In the order of the hashes. Memory answers only where the database does not. */
  async function read(hashes: readonly string[]): Promise<Row[]> {
    try {
      const rows = await patiently(db.select().from(table).where(inArray(table.hash, hashes)), UNREAD)
      for (const hash of hashes) known.delete(hash)
      for (const row of rows) known.set(row.hash, row)
    } catch (error) {
      if (!hashes.some(hash => known.has(hash))) throw error
    }
    return hashes.flatMap(hash => known.get(hash) ?? [])
  }

  const touching = new Set<string>()
  /** Nobody waits for it. A row that is gone stays gone; what fails is tried again with the next use. */
  async function touch({ hash }: Row): Promise<void> {
    if (touching.has(hash)) return
    touching.add(hash)
    try {
      await db.update(table).set({ usedAt: now() }).where(eq(table.hash, hash))
    } catch (error) {
      log.debug('The use of a session could not be written down', { reason: reasonOf(error) })
    }
    touching.delete(hash)
  }

  /** Leaves room for one. What is too old is not used any more, and so becomes idle. */
  function tidying() {
    const extra = db.select({ hash: table.hash }).from(table).orderBy(desc(table.usedAt))
    return [
      db.delete(table).where(lt(table.usedAt, now() - maxIdle)),
      db.delete(table).where(inArray(table.hash, extra.limit(BATCH).offset(max - 1))),
    ] as const
  }

  return {
    async open(before, holder) {
      const id = randomToken(32)
      const [hash = ''] = hashesOf([id])
      const at = { openedAt: now(), usedAt: now() }
      const row = {
        hash,
        csrf: randomToken(32),
        name: holder?.name ?? null,
        mark: holder?.mark ?? null,
        ...at,
      }
      const end = db.delete(table).where(inArray(table.hash, hashesOf(before)))
      await patiently(db.batch([end, ...tidying(), db.insert(table).values(row)]), UNSTORED)
      known.set(hash, row)
      return id
    },
    async find(ids) {
      const row = (await read(hashesOf(ids))).find(isGood)
      if (row === undefined) return undefined
      if (now() - row.usedAt >= MINUTE) void touch(row)
      const { csrf, name, mark } = row
      return { csrf, holder: name === null || mark === null ? undefined : { name, mark } }
    },
    async close(ids, csrf = '') {
      const theirs = and(inArray(table.hash, hashesOf(ids)), eq(table.csrf, csrf))
      const ended = await patiently(db.delete(table).where(theirs).returning({ hash: table.hash }), UNENDED)
      for (const { hash } of ended) known.delete(hash)
      return ended.length > 0
    },
    async keepWays(marks) {
      await db.delete(table).where(and(isNotNull(table.mark), notInArray(table.mark, [...marks])))
    },
    async tidy() {
      await db.batch(tidying())
    },
  }
}

const AWAY = 'the database does not answer. Try again in a moment'
const UNREAD = `Your session cannot be looked up: ${AWAY}`
const UNSTORED = `You cannot be signed in, because your session cannot be stored: ${AWAY}`
const UNENDED = `You are still signed in, because your session could not be ended: ${AWAY}`
