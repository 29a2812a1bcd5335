import { gt, sql } from 'drizzle-orm'
import type { Database } from '../../src/database/open.ts'
import { versions } from './schema.ts'

/** What other gateways write into the book that they share with this one. */
export interface Following {
  /** A version is ours: nothing has to be read anew, unless somebody else wrote just before it. */
  wrote(id: number): void
  /** Has the kinds read anew of which there are versions that nobody here has seen; returns them. What fails is tried again. */
  look(reread: (kind: string) => Promise<void>): Promise<readonly string[]>
}

/** Begins at the version that is the last one now: whoever reads rows does so later. */
export async function openFollowing(db: Database): Promise<Following> {
  const last = sql<number>`coalesce(max(${versions.id}), 0)`
  let [{ seen } = { seen: 0 }] = await db.select({ seen: last }).from(versions)
  return {
    wrote(id) {
      if (id === seen + 1) seen = id
    },
    async look(reread) {
      const news = await db
        .select({ kind: versions.kind, last })
        .from(versions)
        .where(gt(versions.id, seen))
        .groupBy(versions.kind)
      for (const { kind } of news) await reread(kind)
      seen = Math.max(seen, ...news.map(({ last }) => last))
      return news.map(({ kind }) => kind)
    },
  }
}
