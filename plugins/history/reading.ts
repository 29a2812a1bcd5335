import { and, desc, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../src/database.ts'
import { type Leaf, lookBack } from '../../src/look-back.ts'
import type { Version } from './chronicle.ts'
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
}

/** Texts and authors have no index: so many versions are looked at for a page, and the next one goes on behind them. */
const REACH = 5000

/** All of a version that people may remember. */
const TEXT = sql`${versions.kind} || ' ' || ${versions.subject} || ' ' || ${versions.action} || ' ' || ${versions.author}
  || ' ' || coalesce(${versions.before}, '') || ' ' || coalesce(${versions.after}, '')`

/** Reads the book for people: with both states, page by page. */
export const createReading =
  (db: Database) =>
  async (question: Question): Promise<Leaf<Told>> => {
    const leaf = await lookBack<Version>({
      ...{ db, table: versions },
      before: question.before,
      limit: question.limit,
      reach: isSearch(question) ? REACH : Number.POSITIVE_INFINITY,
      list: ({ from, to, limit }) =>
        db
          .select()
          .from(versions)
          .where(and(gte(versions.id, from), lt(versions.id, to), ...conditionsOf(db, question)))
          .orderBy(desc(versions.id))
          .limit(limit),
    })
    return { ...leaf, rows: await withLatest(db, leaf.rows) }
  }

const isSearch = ({ author, words }: Question): boolean => author !== undefined || words.length > 0

function conditionsOf(db: Database, { kind, subject, author, words }: Question): (SQL | undefined)[] {
  const isKind = kind === undefined ? undefined : eq(versions.kind, kind)
  const lines = db.select({ line: versions.line }).from(versions)
  return [
    isKind,
    subject === undefined
      ? undefined
      : inArray(versions.line, lines.where(and(isKind, eq(versions.subject, subject)))),
    author === undefined ? undefined : eq(versions.author, author),
    ...words.map(word => sql`instr(lower(${TEXT}), lower(${word})) > 0`),
  ]
}

/** The last version of each line: the index of lines and numbers has it at its end. */
async function withLatest(db: Database, rows: readonly Version[]): Promise<readonly Told[]> {
  const { id, line, subject, action, version } = versions
  const lines = [...new Set(rows.map(row => row.line))]
  const lasts = await Promise.all(
    lines.map(each =>
      db
        .select({ id, line, subject, action, version })
        .from(versions)
        .where(eq(line, each))
        .orderBy(desc(version))
        .limit(1),
    ),
  )
  const byLine = new Map(lasts.flat().map(last => [last.line, last]))
  return rows.map(row => ({ ...row, latest: byLine.get(row.line)! }))
}
