import type { Caller, UserPath } from '../../src/types.ts'
import type { Operator } from './model.ts'
import type { KeyRow } from './views-of.ts'

/** All keys in memory. */
export interface Ring {
  get(id: string): KeyRow | undefined
  rows(): readonly KeyRow[]
  size(): number
  /** Who holds the key with this keyed hash; undefined when nobody does, or not any more. */
  find(hash: string): Caller | undefined
  /** Whom the key with this keyed hash makes an operator; undefined where it is a caller's, or works no more. */
  operatorOf(hash: string): Operator | undefined
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
  /** Milliseconds since 1970. */
  readonly until: number
}

/** Keys by id and by keyed hash: a request finds its caller without SQL, and without a comparison that could be timed. */
export function createRing(stored: readonly KeyRow[], { now, onChange }: RingOptions): Ring {
  const rows = new Map<string, KeyRow>()
  const entries = new Map<string, Entry>()

  function put(row: KeyRow): void {
    const before = rows.get(row.id)
    for (const hash of [before?.hash, before?.previousHash]) if (hash) entries.delete(hash)
    rows.set(row.id, row)
    if (row.revokedAt !== null) return
    const until = row.expiresAt ?? Number.POSITIVE_INFINITY
    const holder = { caller: toCaller(row), operator: toOperator(row) }
    entries.set(row.hash, { ...holder, until })
    if (row.previousHash !== null)
      entries.set(row.previousHash, { ...holder, until: Math.min(until, row.previousUntil ?? 0) })
  }
  function reset(all: readonly KeyRow[]): void {
    rows.clear()
    entries.clear()
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
    find: hash => working(hash)?.caller,
    operatorOf: hash => working(hash)?.operator,
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

const toCaller = (row: KeyRow): Caller => ({
  kind: 'key',
  id: row.id,
  name: row.name,
  subPaths: row.subPaths,
  labels: row.labels,
  ...(row.userPath !== null && { path: row.userPath as UserPath }),
  ...(row.allowedModels !== null && { models: new Set(row.allowedModels) }),
})

const toOperator = ({ id, name, operates }: KeyRow): Operator | undefined =>
  operates === null ? undefined : { name: `${name} (${id})`, mayWrite: operates === 'write' }
