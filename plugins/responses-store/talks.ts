import { and, asc, between, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import type { Database } from '../../src/database/open.ts'
import type { JsonObject } from '../../src/types.ts'
import type { Journal } from './journal.ts'
import { type Conversation, type Item, isOwn, ownerOf, type Said, type Who } from './model.ts'
import { numbered } from './numbers.ts'
import { conversationItems, conversations } from './schema.ts'
import { MAX_HISTORY, tooLong } from './shelf.ts'
import { inSlices } from './slices.ts'

const DAY = 86_400_000
const FORGET = 100

export interface Page {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** The id of the item before the first. */
  readonly after: string | undefined
}

export interface TalksOptions {
  readonly db: Database
  readonly journal: Journal
  readonly now: () => number
  /** Milliseconds. */
  readonly retention: number
}

/** Conversations and what was said in them. Providers never hear of them. */
export function createTalks({ db, journal, now, retention }: TalksOptions) {
  const of = (id: string) => eq(conversationItems.conversation, id)

  async function noOf(conversation: string, item: string): Promise<number | undefined> {
    const [row] = await db
      .select({ no: conversationItems.no })
      .from(conversationItems)
      .where(and(of(conversation), eq(conversationItems.id, item)))
    return row?.no
  }

  return {
    async create(who: Who, metadata: JsonObject): Promise<Conversation> {
      const id = `conv_${crypto.randomUUID().replaceAll('-', '')}`
      const row = { id, ...ownerOf(who), at: now(), until: now() + retention, metadata }
      await db.insert(conversations).values(row)
      return row
    },
    async find(id: string, who: Who): Promise<Conversation | undefined> {
      const [row] = await db.select().from(conversations).where(eq(conversations.id, id))
      if (row === undefined || !isOwn(row, ownerOf(who)) || row.until <= now()) return undefined
      const until = now() + retention
      if (row.until < until - DAY)
        await db.update(conversations).set({ until }).where(eq(conversations.id, id))
      return row
    },
    async update(id: string, metadata: JsonObject): Promise<void> {
      await db.update(conversations).set({ metadata }).where(eq(conversations.id, id))
    },
    async remove(id: string): Promise<void> {
      await journal.flush()
      await db.batch([
        db.delete(conversationItems).where(of(id)),
        db.delete(conversations).where(eq(conversations.id, id)),
      ])
    },
    /** Adds items, and returns them under the ids that they have there: one id is that of one item. */
    async add(id: string, given: readonly Item[]): Promise<readonly Item[]> {
      await journal.flush()
      const wished = given.map(numbered)
      const same = inArray(
        conversationItems.id,
        wished.map(([itemId]) => itemId),
      )
      const rows = await db
        .select({ id: conversationItems.id })
        .from(conversationItems)
        .where(and(of(id), same))
      const taken = new Set(rows.map(row => row.id))
      const items = wished.map(wish => {
        const row = taken.has(wish[0]) ? numbered({ ...wish[1], id: undefined }) : wish
        taken.add(row[0])
        return row
      })
      journal.add({ kind: 'said', conversation: id, items, size: 0 })
      await journal.flush()
      return items.map(([, item]) => item)
    },
    /** All of it, the oldest first. */
    async history(id: string): Promise<readonly Said[]> {
      await journal.flush()
      const { no, item } = conversationItems
      const sizes = await db
        .select({ no, size: sql<number>`length(${item})` })
        .from(conversationItems)
        .where(of(id))
        .orderBy(asc(no))
      if (sizes.reduce((sum, { size }) => sum + size, 0) > MAX_HISTORY) tooLong()
      return inSlices(sizes, slice =>
        db
          .select()
          .from(conversationItems)
          .where(and(of(id), between(no, slice[0]!.no, slice.at(-1)!.no)))
          .orderBy(asc(no)),
      )
    },
    /** One page, and whether more follow; undefined when `after` is no item of it. */
    async list(
      id: string,
      { limit, order, after }: Page,
    ): Promise<{ items: Item[]; hasMore: boolean } | undefined> {
      await journal.flush()
      const from = after === undefined ? undefined : await noOf(id, after)
      if (after !== undefined && from === undefined) return undefined
      const { no } = conversationItems
      const behind = from === undefined ? undefined : order === 'asc' ? gt(no, from) : lt(no, from)
      const rows = await db
        .select()
        .from(conversationItems)
        .where(and(of(id), behind))
        .orderBy(order === 'asc' ? asc(no) : desc(no))
        .limit(limit + 1)
      return { items: rows.slice(0, limit).map(({ item }) => item), hasMore: rows.length > limit }
    },
    async item(id: string, item: string): Promise<Item | undefined> {
      await journal.flush()
      const [row] = await db
        .select()
        .from(conversationItems)
        .where(and(of(id), eq(conversationItems.id, item)))
      return row?.item
    },
    /** An item by its id alone, in any conversation of this caller's. */
    async itemOf(item: string, who: Who): Promise<Item | undefined> {
      await journal.flush()
      const { keyId, userPath } = ownerOf(who)
      const [row] = await db
        .select({ item: conversationItems.item })
        .from(conversationItems)
        .innerJoin(conversations, eq(conversations.id, conversationItems.conversation))
        .where(
          and(
            eq(conversationItems.id, item),
            eq(conversations.keyId, keyId),
            eq(conversations.userPath, userPath),
          ),
        )
      return row?.item
    },
    async removeItem(id: string, item: string): Promise<void> {
      await db.delete(conversationItems).where(and(of(id), eq(conversationItems.id, item)))
    },
    /** Deletes a few of those whose time is over. */
    async forget(): Promise<void> {
      const old = await db
        .select({ id: conversations.id })
        .from(conversations)
        .where(lt(conversations.until, now()))
        .limit(FORGET)
      if (old.length === 0) return
      const ids = old.map(({ id }) => id)
      await db.batch([
        db.delete(conversationItems).where(inArray(conversationItems.conversation, ids)),
        db.delete(conversations).where(inArray(conversations.id, ids)),
      ])
    },
  }
}

export type Talks = ReturnType<typeof createTalks>
