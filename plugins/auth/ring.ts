import type { Caller, UserPath } from '../../src/types.ts'
import type { Operator } from './model.ts'
import { authorNameOf, type KeyRow } from './views-of.ts'

/** All keys in memory. */
export interface Ring {
  get(id: string): KeyRow | undefined
  rows(): readonly KeyRow[]
  size(): number
  /** Those that the key with this id has made, also such as work no more. */
  madeBy(id: string): readonly KeyRow[]
  /** Ids of keys that have made others. */
  makers(): Iterable<string>
  /** Who holds the key with this keyed hash; undefined when nobody does, or not any more. */
  find(hash: string): Caller | undefined
  /** Whom the key with this keyed hash makes an operator; undefined where it is a caller's, or works no more. */
  operatorOf(hash: string): Operator | undefined
  /** What a session is bound to that the key with this keyed hash opens: another one when it operates again. */
  markOf(hash: string): string
  /** When the key with this keyed hash stops working (milliseconds since 1970); Infinity where nothing is known of that. */
  endOf(hash: string): number
  /** Puts a row in place of the one before it. */
  put(row: KeyRow): void
  /** Puts these rows in place of all. */
  reset(stored: readonly KeyRow[]): void
}

interface RingOptions {
  readonly now: () => number
  /** Other keys are good, or the same for something else. */
  readonly onChange: () => void
}

interface Entry {
  readonly caller: Caller
  readonly operator: Operator | undefined
  readonly mark: string
  /** Milliseconds since 1970. */
  readonly until: number
}

/** Keys by id and by keyed hash: a request finds its caller without SQL, and without a comparison that could be timed. */
export function createRing(stored: readonly KeyRow[], { now, onChange }: RingOptions): Ring {
  const rows = new Map<string, KeyRow>()
  const entries = new Map<string, Entry>()
  /** Ids of keys → ids of those that they have made. */
  const made = new Map<string, Set<string>>()
  const madeBy = (id: string): readonly KeyRow[] => [...(made.get(id) ?? [])].map(each => rows.get(each)!)

  function put(row: KeyRow): void {
    const before = rows.get(row.id)
    for (const hash of [before?.hash, before?.previousHash]) if (hash) entries.delete(hash)
    rows.set(row.id, row)
    if (row.madeBy !== null) made.set(row.madeBy, (made.get(row.madeBy) ?? new Set()).add(row.id))
    enter(row)
    // They may at most what their maker may.
    for (const each of madeBy(row.id)) enter(each)
  }
  function enter(row: KeyRow): void {
    if (row.revokedAt !== null) return
    const caller = toCaller(row, row.madeBy === null ? undefined : rows.get(row.madeBy))
    const operator = toOperator(row)
    const until = row.expiresAt ?? Number.POSITIVE_INFINITY
    const toEntry = (hash: string, until: number): Entry => ({
      caller,
      operator,
      until,
      mark: toMark(row, hash),
    })
    entries.set(row.hash, toEntry(row.hash, until))
    const { previousHash, previousUntil } = row
    if (previousHash !== null)
      entries.set(previousHash, toEntry(previousHash, Math.min(until, previousUntil ?? 0)))
  }
  function reset(all: readonly KeyRow[]): void {
    rows.clear()
    entries.clear()
    made.clear()
    for (const row of all) put(row)
  }
  reset(stored)
  function working(hash: string): Entry | undefined {
    const entry = entries.get(hash)
    return entry !== undefined && entry.until > now() ? entry : undefined
  }

  return {
    get: id => rows.get(id),
    rows: () => [...rows.values()],
    size: () => rows.size,
    madeBy,
    makers: () => made.keys(),
    find: hash => working(hash)?.caller,
    operatorOf: hash => working(hash)?.operator,
    markOf: hash => entries.get(hash)?.mark ?? hash,
    endOf: hash => entries.get(hash)?.until ?? Number.POSITIVE_INFINITY,
    put(row) {
      put(row)
      onChange()
    },
    reset(all) {
      reset(all)
      onChange()
    },
  }
}

const toCaller = (row: KeyRow, maker: KeyRow | undefined): Caller => ({
  kind: 'key',
  id: row.id,
  name: row.name,
  labels: row.labels,
  ...boundsOf(row),
  // A row that is gone allows nothing.
  ...(row.madeBy !== null && { maker: maker === undefined ? NOTHING : boundsOf(maker) }),
})

const boundsOf = ({ userPath, subPaths, allowedModels }: KeyRow): NonNullable<Caller['maker']> => ({
  subPaths,
  ...(userPath !== null && { path: userPath as UserPath }),
  ...(allowedModels !== null && { models: new Set(allowedModels) }),
})

const NOTHING = { subPaths: false, models: new Set<string>() } as const

const toOperator = (row: KeyRow): Operator | undefined =>
  row.operates === null ? undefined : { name: authorNameOf(row), mayWrite: row.operates === 'write' }

const toMark = ({ operatesAnew }: KeyRow, hash: string): string =>
  operatesAnew === 0 ? hash : `${hash}.${operatesAnew}`
