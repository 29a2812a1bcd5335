import { and, desc, eq, getTableColumns, gte, inArray, lt, type SQL, sql } from 'drizzle-orm'
import { type Leaf, lookBack } from '../../src/database/look-back.ts'
import type { Database } from '../../src/database/open.ts'
import { unindexed, type Version } from './chronicle.ts'
import { versions } from './schema.ts'

/** What people look for in the book of changes. */
export interface Question {
  readonly kind?: string | undefined
  /** A name that it has, or once had. */
  readonly subject?: string | undefined
  readonly author?: string | undefined
  /** All of them stand somewhere in the version, in any case. */
  readonly words: readonly string[]
  /** Only those with a smaller `id`. */
  readonly before?: number | undefined
  readonly limit: number
}

/** A version, and what has become of the thing since. */
export interface Told extends Version {
  readonly latest: Pick<Version, 'id' | 'subject' | 'action' | 'version'>
  /** The `id` of the version before; null for the first. */
  readonly previous: number | null
}

/** Texts and authors have no index: so many versions are looked at for a page, and the next one goes on behind them. */
const REACH = 5000

/** All of a version that people may remember. */
const TEXT = sql`${versions.kind} || ' ' || ${versions.subject} || ' ' || ${versions.action} || ' ' || ${versions.author}
  || ' ' || coalesce(${versions.before}, '') || ' ' || coalesce(${versions.after}, '')`

/** The last version of a line: the index of lines and numbers has it at its end. */
const LAST = sql<number>`(
  select last.id from history last where last.line = history.line order by last.version desc limit 1
)`

const PREVIOUS = sql<number | null>`(
  select previous.id from history previous where previous.line = history.line and previous.version = history.version - 1
)`

/** Reads the book for people: with both states, page by page. */
export const createReading =
  (db: Database) =>
  async (question: Question): Promise<Leaf<Told>> => {
    const leaf = await lookBack<Version & Pick<Told, 'previous'> & { readonly last: number }>({
      ...{ db, table: versions },
      before: question.before,
      limit: question.limit,
      reach: isSearch(question) ? REACH : Number.POSITIVE_INFINITY,
      list: ({ from, to, limit }) =>
        db
          .select({ ...getTableColumns(versions), last: LAST, previous: PREVIOUS })
          .from(versions)
          .where(and(gte(versions.id, from), lt(versions.id, to), ...conditionsOf(db, question)))
          .orderBy(desc(versions.id))
          .limit(limit),
    })
    const { id, subject, action, version } = versions
    const lasts = await db
      .select({ id, subject, action, version })
      .from(versions)
      .where(inArray(id, [...new Set(leaf.rows.map(({ last }) => last))]))
    const byId = new Map(lasts.map(last => [last.id, last]))
    return { ...leaf, rows: leaf.rows.map(({ last, ...row }) => ({ ...row, latest: byId.get(last)! })) }
  }

const isSearch = ({ author, words }: Question): boolean => author !== undefined || words.length > 0

function conditionsOf(db: Database, { kind, subject, author, words }: Question): (SQL | undefined)[] {
  const few = subject !== undefined
  const isKind =
    kind === undefined ? undefined : eq(few ? unindexed(versions.kind) : sql`${versions.kind}`, kind)
  const lines = db.select({ line: versions.line }).from(versions)
  return [
    isKind,
    few ? inArray(versions.line, lines.where(and(isKind, eq(versions.subject, subject)))) : undefined,
    author === undefined ? undefined : eq(versions.author, author),
    ...words.map(word => sql`instr(lower(${TEXT}), lower(${word})) > 0`),
  ]
}
