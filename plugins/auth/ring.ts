import type { Caller, UserPath } from '../../src/types.ts'
import type { KeyRow } from './views-of.ts'

/** All keys in memory. */
export interface Ring {
  get(id: string): KeyRow | undefined
  rows(): readonly KeyRow[]
  size(): number
  /** Who holds the key with this keyed hash; undefined when nobody does, or not any more. */
  find(hash: string): Caller | undefined
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
    const caller = toCaller(row)
    entries.set(row.hash, { caller, until })
    if (row.previousHash !== null)
      entries.set(row.previousHash, { caller, until: Math.min(until, row.previousUntil ?? 0) })
  }
  function reset(all: readonly KeyRow[]): void {
    rows.clear()
    entries.clear()
    for (const row of all) put(row)
  }
  reset(stored)

  return {
    get: id => rows.get(id),
    rows: () => [...rows.values()],
    size: () => rows.size,
    find(hash) {
      const entry = entries.get(hash)
      return entry !== undefined && entry.until > now() ? entry.caller : undefined
    },
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
