import { and, desc, eq, inArray, isNotNull, lt, notInArray, notLike, type SQL } from 'drizzle-orm'
import { reasonOf } from '../../src/base/describe.ts'
import { keyedHash, randomToken } from '../../src/base/runtime.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { type Holder, OF_KEYS } from './holders.ts'
import { createPatience } from './patience.ts'
import { createReader, type Row } from './reader.ts'
import type { SessionsTable } from './schema.ts'

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
  /** Ends those whose holders came by any other way than these, or a key. */
  keepWays(marks: readonly string[]): Promise<void>
  /** Removes those that are over, or too many. */
  tidy(): Promise<void>
}

export interface SessionsOptions extends Pick<Host, 'db' | 'log' | 'now'> {
  readonly table: SessionsTable
  /** A secret that sessions end with. */
  readonly bond: string
  /** Whether this one could still come in the way that they came. */
  readonly isOpen: (holder: Holder | undefined) => boolean
  /** Milliseconds that a session lives at most. */
  readonly maxAge: number
  /** Milliseconds that it may lie unused. */
  readonly maxIdle: number
  /** Sessions at once; the one that was unused the longest makes room. */
  readonly max: number
  /** The same of those of one mark. Without it one holder may have all of them. */
  readonly maxOfMark: number | undefined
}

/** Milliseconds. A use is written down at most so often. */
const MINUTE = 60_000
/** So many of those that are too many go at once. */
const BATCH = 1000

/** Sessions in the database: a restart ends none, and all gateways on it know the same ones. */
export function createSessions(options: SessionsOptions): Sessions {
  const { db, now, table, bond, isOpen, maxAge, maxIdle } = options
  const patiently = createPatience(options.log)
  const { read, learn, forget } = createReader(options, patiently)
  const touch = createTouch(options)
  const hashOf = (id: string): string => keyedHash(bond, id)
  const isGood = (row: Row): boolean =>
    now() - row.openedAt < maxAge && now() - row.usedAt < maxIdle && isOpen(holderOf(row))

  return {
    async open(before, holder) {
      const id = randomToken(32)
      const { name, mark } = holder ?? { name: null, mark: null }
      const at = { openedAt: now(), usedAt: now() }
      const row: Row = { hash: hashOf(id), csrf: randomToken(32), name, mark, ...at }
      const end = db.delete(table).where(inArray(table.hash, before.map(hashOf)))
      const room = [...makeRoom(options), ...makeRoomOf(mark, options)]
      await patiently(db.batch([end, ...room, db.insert(table).values(row)]), UNSTORED)
      learn(row)
      return id
    },
    async find(ids) {
      const row = (await read(ids.map(hashOf), UNREAD)).find(isGood)
      if (row === undefined) return undefined
      if (now() - row.usedAt >= MINUTE) void touch(row.hash)
      return { csrf: row.csrf, holder: holderOf(row) }
    },
    async close(ids, csrf = '') {
      const theirs = and(inArray(table.hash, ids.map(hashOf)), eq(table.csrf, csrf))
      const ended = await patiently(db.delete(table).where(theirs).returning({ hash: table.hash }), UNENDED)
      for (const { hash } of ended) forget(hash)
      return ended.length > 0
    },
    async keepWays(marks) {
      const others = and(notInArray(table.mark, [...marks]), notLike(table.mark, `${OF_KEYS}%`))
      await db.delete(table).where(and(isNotNull(table.mark), others))
    },
    async tidy() {
      await db.batch(makeRoom(options))
    },
  }
}

/** Whoever has a mark came by it, be they called anything or nothing: only without one it was the master key. */
const holderOf = ({ name, mark }: Row): Holder | undefined =>
  mark === null ? undefined : { name: name ?? '', mark }

/** Writes down that a session is used, while nobody waits for it. A row that is gone stays gone. */
function createTouch({ db, now, log, table }: SessionsOptions) {
  const underWay = new Set<string>()
  return async (hash: string): Promise<void> => {
    if (underWay.has(hash)) return
    underWay.add(hash)
    try {
      await db.update(table).set({ usedAt: now() }).where(eq(table.hash, hash))
    } catch (error) {
      // The next use tries again.
      log.debug('The use of a session could not be written down', { reason: reasonOf(error) })
    }
    underWay.delete(hash)
  }
}

/** For one more. Whatever lives for too long is not used any more, and so becomes idle. */
function makeRoom(options: SessionsOptions) {
  const { db, now, table, maxIdle, max } = options
  return [
    db.delete(table).where(lt(table.usedAt, now() - maxIdle)),
    db.delete(table).where(inArray(table.hash, beyond(max, options))),
  ] as const
}

/** For one more of its own: who signs in again and again signs out themselves, and nobody else. */
function makeRoomOf(mark: string | null, options: SessionsOptions) {
  const { db, table, maxOfMark } = options
  if (mark === null || maxOfMark === undefined) return []
  return [db.delete(table).where(inArray(table.hash, beyond(maxOfMark, options, eq(table.mark, mark))))]
}

/** Those that were unused the longest, where there would be more than so many. */
const beyond = (most: number, { db, table }: SessionsOptions, which?: SQL) =>
  db
    .select({ hash: table.hash })
    .from(table)
    .where(which)
    .orderBy(desc(table.usedAt))
    .limit(BATCH)
    .offset(most - 1)

const AWAY = 'the database does not answer, or takes nothing. Try again in a moment'
const UNREAD = `Your session cannot be looked up: ${AWAY}`
const UNSTORED = `You cannot be signed in, because your session cannot be stored: ${AWAY}`
const UNENDED = `You are still signed in, because your session could not be ended: ${AWAY}`
