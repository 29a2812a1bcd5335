import { and, asc, desc, eq, gt, inArray, lt, or, type SQL } from 'drizzle-orm'
import type { Database } from '../../src/database/open.ts'
import type { UserPath } from '../../src/types.ts'
import type { Book, Kind, PageQuery, Thing } from './model.ts'
import { providerObjects as table } from './schema.ts'

type Row = typeof table.$inferSelect

/** Ids go into addresses and into lists; what does not look like one is not kept. */
export const isId = (id: unknown): id is string => typeof id === 'string' && /^[\w-][\w.:-]{0,254}$/.test(id)

/** Who owns which of the ids that somebody names. */
export interface Owners {
  /** Those of the ids that are known, and that this path may not see. */
  foreign(ids: readonly string[], userPath: UserPath): Promise<readonly string[]>
}

export function createBook(db: Database, now: () => number): Book & Owners {
  const one = (thing: Pick<Thing, 'kind' | 'provider' | 'id'>) =>
    and(eq(table.kind, thing.kind), eq(table.provider, thing.provider), eq(table.id, thing.id))

  const visible = ({ kind, language, userPath, provider }: Omit<PageQuery, 'limit'>) =>
    and(
      eq(table.kind, kind),
      eq(table.language, language),
      isBelow(userPath),
      provider === undefined ? undefined : eq(table.provider, provider),
    )

  async function numberOf(query: PageQuery, id: string | undefined): Promise<number | undefined> {
    if (id === undefined) return undefined
    const [row] = await db
      .select({ no: table.no })
      .from(table)
      .where(and(visible(query), eq(table.id, id)))
    // An unknown one marks the end of everything.
    return row?.no ?? (query.oldestFirst ? Number.MAX_SAFE_INTEGER : 0)
  }

  return {
    async find(query) {
      const [row] = await db
        .select()
        .from(table)
        .where(and(visible(query), eq(table.id, query.id)))
        .limit(1)
      return row && toThing(row)
    },

    async page(query) {
      const { limit, purpose, oldestFirst = false } = query
      const [after, before] = [await numberOf(query, query.after), await numberOf(query, query.before)]
      const [behind, ahead] = oldestFirst ? [gt, lt] : [lt, gt]
      // Whoever goes back wants those next to where he is, still in the order of the list.
      const isBack = before !== undefined && after === undefined
      const rows = await db
        .select()
        .from(table)
        .where(
          and(
            visible(query),
            purpose === undefined ? undefined : eq(table.purpose, purpose),
            after === undefined ? undefined : behind(table.no, after),
            before === undefined ? undefined : ahead(table.no, before),
          ),
        )
        .orderBy(oldestFirst === isBack ? desc(table.no) : asc(table.no))
        .limit(limit + 1)
      const things = rows.slice(0, limit).map(toThing)
      return { things: isBack ? things.reverse() : things, hasMore: rows.length > limit }
    },

    async add(thing) {
      const { purpose } = thing.object
      await db
        .insert(table)
        .values({ ...thing, purpose: typeof purpose === 'string' ? purpose : null, at: now() })
        .onConflictDoNothing()
    },
    async update(thing, object) {
      const { purpose } = object
      await db
        .update(table)
        .set({ object, ...(typeof purpose === 'string' && { purpose }) })
        .where(one(thing))
    },
    async billed(thing) {
      await db.update(table).set({ billedAt: now() }).where(one(thing))
    },
    async remove(thing) {
      await db.delete(table).where(one(thing))
    },

    async foreign(ids, userPath) {
      if (ids.length === 0) return []
      const rows = await db
        .select({ id: table.id, owner: table.owner })
        .from(table)
        // The index begins with the kind.
        .where(and(inArray(table.kind, kinds), inArray(table.id, [...ids])))
      return rows.filter(({ owner }) => !covers(userPath, owner)).map(({ id }) => id)
    },
  }
}

const kinds: Kind[] = ['file', 'batch']

const toThing = ({ kind, language, provider, id, owner, models, object, made, billedAt }: Row): Thing => ({
  kind,
  language,
  provider,
  id,
  owner,
  models,
  object,
  ...(made !== null && { made }),
  ...(billedAt !== null && { isBilled: true }),
})

/** `/team` and everything below it; between `/team/` and what follows it in the alphabet stands nothing else. */
const isBelow = (path: UserPath): SQL | undefined =>
  path === '/'
    ? undefined
    : or(eq(table.owner, path), and(gt(table.owner, `${path}/`), lt(table.owner, `${path}0`)))

const covers = (path: UserPath, owner: UserPath): boolean =>
  path === '/' || owner === path || owner.startsWith(`${path}/`)
