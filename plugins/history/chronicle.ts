import { and, desc, eq, getTableColumns, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { randomToken } from '../../src/base/runtime.ts'
import type { Database } from '../../src/database/open.ts'
import { refuse } from '../../src/errors.ts'
import { diff } from './diff.ts'
import type { Change, History } from './model.ts'
import { versions } from './schema.ts'

export type Version = typeof versions.$inferSelect
/** A version without the two states. */
export type Listed = Omit<Version, 'before' | 'after'>

export interface Filter {
  readonly kind?: string | undefined
  /** A name that it has, or once had. */
  readonly subject?: string | undefined
  /** Only those with a smaller `id`. */
  readonly before?: number | undefined
  readonly limit: number
}

export interface Chronicle extends Pick<History, 'commit'> {
  /** Newest first. */
  list(filter: Filter): Promise<readonly Listed[]>
  get(id: number): Promise<Version | undefined>
  /** The last version of a line. */
  latest(line: string): Promise<Version | undefined>
  at(line: string, version: number): Promise<Version | undefined>
}

const { before: _before, after: _after, ...listed } = getTableColumns(versions)

/** A column whose index is of no help: a subject has few versions, and is the better way to them. */
export const unindexed = (column: SQLiteColumn): SQL => sql`+${column}`

/** The book of changes. A version is written by the last statement of the batch that makes the change. */
export function openChronicle(
  db: Database,
  { now, wrote }: { readonly now: () => number; readonly wrote: (id: number) => void },
): Chronicle {
  const { find, findLast, nextVersion } = createPlaces(db)
  return {
    async commit(change, statements) {
      const { kind, action, subject, author, before, after, restored } = change
      const line = (await findLast(change))?.line ?? randomToken(9)
      const version = await nextVersion(change, line)
      const fields = diff(before, after).map(({ field }) => field)
      const entry = {
        kind,
        line,
        subject,
        version,
        action,
        author,
        at: now(),
        fields,
        before,
        after,
        restored,
      }
      const batch = [
        ...statements(version),
        db.insert(versions).values(entry).returning({ id: versions.id }),
      ] as unknown as readonly [BatchItem<'sqlite'>]
      const results: readonly unknown[] = await db.batch(batch).catch(error => {
        if (!/UNIQUE constraint failed/.test(String(error))) throw error
        return refuse('version_conflict', late(subject))
      })
      wrote((results.at(-1) as readonly [{ readonly id: number }])[0].id)
      return version
    },
    list: filter => listVersions(db, filter),
    get: id => find(eq(versions.id, id)),
    latest: line => find(eq(versions.line, line)),
    at: (line, version) => find(and(eq(versions.line, line), eq(versions.version, version))),
  }
}

/** What another gateway has stored is known here a moment later. */
const late = (name: string): string => `"${name}" was changed by another process in this moment: try again`

const named = (kind: string, ...names: readonly string[]) =>
  and(eq(unindexed(versions.kind), kind), inArray(versions.subject, [...names]))

/** Where a change belongs: its line, and its number there. */
function createPlaces(db: Database) {
  const find = async (where: SQL | undefined): Promise<Version | undefined> =>
    (await db.select().from(versions).where(where).orderBy(desc(versions.id)).limit(1))[0]

  return {
    /** The newest one that fits. */
    find,
    /** The last version of the line that a change continues; undefined when it begins one. */
    async findLast({ kind, subject, was = subject, before, version, restored }: Change) {
      if (restored !== undefined) {
        const source = await find(eq(versions.id, restored))
        return source && find(eq(versions.line, source.line))
      }
      const last = await find(named(kind, was))
      // Whoever had the name before and took another one goes on in a line of its own.
      if (before === undefined) return last?.action === 'delete' ? last : undefined
      if (last !== undefined && last.version !== version) refuse('version_conflict', late(was))
      return last
    },
    /** A name never sees the same number twice, whoever has it: else a version could be taken for another one. */
    async nextVersion({ kind, subject, was = subject, version = 0 }: Change, line: string) {
      const [highest] = await db
        .select({ version: sql<number>`coalesce(max(${versions.version}), 0)` })
        .from(versions)
        .where(or(eq(versions.line, line), named(kind, was, subject)))
      return Math.max(version, highest?.version ?? 0) + 1
    },
  }
}

function listVersions(db: Database, { kind, subject, before, limit }: Filter) {
  const few = subject !== undefined
  const isKind =
    kind === undefined ? undefined : eq(few ? unindexed(versions.kind) : sql`${versions.kind}`, kind)
  const lines = db.select({ line: versions.line }).from(versions)
  const isSubject = few
    ? inArray(versions.line, lines.where(and(isKind, eq(versions.subject, subject))))
    : undefined
  const isOlder = before === undefined ? undefined : lt(versions.id, before)
  return db
    .select(listed)
    .from(versions)
    .where(and(isKind, isSubject, isOlder))
    .orderBy(desc(few ? unindexed(versions.id) : versions.id))
    .limit(limit)
}
