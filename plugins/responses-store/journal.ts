import { and, eq, inArray } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { LRUCache } from 'lru-cache'
import { describe } from '../../src/base/describe.ts'
import { createTurns, type InTurn } from '../../src/base/turns.ts'
import { isDatabaseAway, isTooLarge } from '../../src/database/faults.ts'
import type { Database } from '../../src/database/open.ts'
import type { Log } from '../../src/log.ts'
import { type Item, type Kept, keyOf, type Owner } from './model.ts'
import { conversationItems, responseItems, responses } from './schema.ts'

/** What is to be written: an answer, a change of some, the items that a provider keeps of it, or what was said in a conversation. */
export type Entry =
  | { readonly kind: 'response'; readonly row: Kept; readonly size: number }
  | {
      readonly kind: 'items'
      readonly owner: Owner
      readonly response: string
      readonly ids: readonly string[]
      readonly size: number
    }
  | {
      readonly kind: 'change'
      readonly owner: Owner
      readonly ids: readonly string[]
      readonly set: Partial<Kept>
      readonly size: number
    }
  | {
      readonly kind: 'said'
      readonly conversation: string
      readonly items: readonly (readonly [id: string, item: Item])[]
      /** The provider that can make something of its thoughts; nobody where it is empty. */
      readonly by?: string | undefined
      readonly size: number
    }

/** What is not written yet; a reload of the configuration hands it on. */
export interface Memory {
  readonly entries: Entry[]
  /** By owner and id, as `keyOf` has it. */
  readonly responses: Map<string, Kept>
  /** The answers of items that providers keep, in the same way. */
  readonly items: Map<string, string>
  /** Answers whose cost was counted a moment ago, in the same way: who asked before does not know yet. */
  readonly counted: LRUCache<string, true>
  size: number
  /** One writes at a time. */
  readonly inTurn: InTurn
}

/** More answers are not fetched while one is on its way. */
const REMEMBERED = 10_000

export const createMemory = (): Memory => ({
  entries: [],
  responses: new Map(),
  items: new Map(),
  counted: new LRUCache({ max: REMEMBERED }),
  size: 0,
  inTurn: createTurns(),
})

/** Entries, and characters, that are written in one go: a local database stops everything else meanwhile. */
const BATCH = 50
const BATCH_SIZE = 2 * 1024 * 1024
/** While the database is away, so many characters wait in memory. */
const MAX_WAITING = 128 * 1024 * 1024
/** Milliseconds between two tries while it is away. */
const PATIENCE = 2000

/** Entries wait in memory for a moment and are written together, off the path of the calls. */
export function createJournal(db: Database, log: Log, now: () => number, memory: Memory) {
  const { inTurn } = memory
  let notBefore = 0

  function add(entry: Entry): void {
    if (memory.size + entry.size > MAX_WAITING) {
      log.error('Too many answers wait for the database: one is not kept', { size: memory.size })
      return
    }
    memory.entries.push(entry)
    memory.size += entry.size
    if (entry.kind === 'response') memory.responses.set(keyOf(entry.row, entry.row.id), entry.row)
    if (entry.kind === 'items')
      for (const id of entry.ids) memory.items.set(keyOf(entry.owner, id), entry.response)
    if (entry.kind !== 'change') return
    for (const id of entry.ids) Object.assign(memory.responses.get(keyOf(entry.owner, id)) ?? {}, entry.set)
  }

  /** What cannot be written waits on. */
  async function write(): Promise<void> {
    for (let most = BATCH; memory.entries.length > 0; ) {
      const batch = takeFrom(memory.entries, most)
      const [first, ...rest] = batch.flatMap(entry => toStatements(db, entry))
      try {
        if (first !== undefined) await db.batch([first, ...rest])
      } catch (error) {
        if (!isTooLarge(error)) throw error
        // The others must not wait for it for ever: one by one it is found, and left out.
        most = 1
        if (batch.length > 1) continue
        log.error('An answer is too large for the database, and is not kept', { kind: batch[0]!.kind })
      }
      memory.entries.splice(0, batch.length)
      for (const entry of batch) forget(entry)
    }
  }

  function forget(entry: Entry): void {
    memory.size -= entry.size
    if (entry.kind === 'response') {
      const key = keyOf(entry.row, entry.row.id)
      if (memory.responses.get(key) === entry.row) memory.responses.delete(key)
    }
    if (entry.kind === 'items') for (const id of entry.ids) memory.items.delete(keyOf(entry.owner, id))
  }

  return {
    add,
    /** Writes what is not written yet. @throws when the database is away. */
    flush: () => inTurn(write),
    /** The last time. What cannot be written is lost, and the log says so. */
    close: () =>
      inTurn(write).catch(error =>
        log.error('Answers were not written', { count: memory.entries.length, error: describe(error) }),
      ),
    /** The same now and then: what goes wrong is logged, and tried again later. */
    async tick(): Promise<void> {
      if (memory.entries.length === 0 || now() < notBefore) return
      try {
        await inTurn(write)
      } catch (error) {
        notBefore = now() + PATIENCE
        const tell = isDatabaseAway(error) ? log.debug : log.error
        tell('Answers wait for the database', { count: memory.entries.length, error: describe(error) })
      }
    },
  }
}

export type Journal = ReturnType<typeof createJournal>

function takeFrom(entries: readonly Entry[], most: number): Entry[] {
  const batch: Entry[] = []
  let size = 0
  for (const entry of entries.slice(0, most)) {
    size += entry.size
    if (batch.length > 0 && size > BATCH_SIZE) break
    batch.push(entry)
  }
  return batch
}

function toStatements(db: Database, entry: Entry): BatchItem<'sqlite'>[] {
  if (entry.kind === 'response') {
    const { id, keyId, userPath, ...set } = entry.row
    const target = [responses.id, responses.keyId, responses.userPath]
    return [db.insert(responses).values(entry.row).onConflictDoUpdate({ target, set })]
  }
  if (entry.kind === 'items') {
    const { owner, response, ids } = entry
    const rows = ids.map(id => ({ id, ...owner, response }))
    const target = [responseItems.id, responseItems.keyId, responseItems.userPath]
    return rows.length === 0
      ? []
      : [db.insert(responseItems).values(rows).onConflictDoUpdate({ target, set: { response } })]
  }
  if (entry.kind === 'change') {
    const { owner, ids, set } = entry
    return [
      db
        .update(responses)
        .set(set)
        .where(and(ownedBy(responses, owner), inArray(responses.id, [...ids]))),
    ]
  }
  const { conversation, by = null } = entry
  const rows = entry.items.map(([id, item]) => ({ conversation, id, item, by }))
  return rows.length === 0 ? [] : [db.insert(conversationItems).values(rows)]
}

/** What belongs to this owner, of a table that says so. */
export const ownedBy = (
  table: Pick<typeof responses | typeof responseItems, 'keyId' | 'userPath'>,
  { keyId, userPath }: Owner,
) => and(eq(table.keyId, keyId), eq(table.userPath, userPath))
