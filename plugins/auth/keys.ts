import { eq } from 'drizzle-orm'
import type { Database } from '../../src/database.ts'
import { refuse } from '../../src/errors.ts'
import { keyedHash, randomToken } from '../../src/runtime.ts'
import type { Caller, UserPath } from '../../src/types.ts'
import { apiKeys } from './schema.ts'

type Row = typeof apiKeys.$inferSelect

export interface NewKey {
  readonly name: string
  readonly description: string
  readonly userPath: UserPath | undefined
  readonly subPaths: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly allowedModels: readonly string[] | undefined
  readonly expiresAt: number | undefined
}

export interface Keys {
  /** Who holds the key with this keyed hash; undefined when nobody does, or not any more. No SQL, no comparison that could be timed. */
  find(hash: string): Caller | undefined
  /** The holder of the key with this id, while it works. */
  callerOf(id: string): Caller | undefined
  /** There is a managed key, be it revoked or expired. */
  exist(): boolean
  list(): readonly Row[]
  create(key: NewKey): Promise<{ readonly row: Row; readonly key: string }>
  revoke(id: string): Promise<Row>
  /** A new key in place of the old, which goes on for `grace` ms. */
  roll(id: string, grace: number): Promise<{ readonly row: Row; readonly key: string }>
}

interface Entry {
  readonly caller: Caller
  /** Milliseconds since 1970. */
  readonly until: number
}

/** All keys in memory, by keyed hash; what is stored is written first and then swapped in. */
export async function openKeys(db: Database, pepper: string, now: () => number): Promise<Keys> {
  const rows = new Map<string, Row>((await db.select().from(apiKeys)).map(row => [row.id, row]))
  const entries = new Map<string, Entry>()
  const remember = (row: Row) => {
    const before = rows.get(row.id)
    for (const hash of [before?.hash, before?.previousHash]) if (hash) entries.delete(hash)
    rows.set(row.id, row)
    if (row.revokedAt !== null) return
    const caller = toCaller(row)
    const until = row.expiresAt ?? Number.POSITIVE_INFINITY
    entries.set(row.hash, { caller, until })
    if (row.previousHash !== null)
      entries.set(row.previousHash, { caller, until: Math.min(until, row.previousUntil ?? 0) })
  }
  for (const row of rows.values()) remember(row)

  const existing = (id: string): Row => rows.get(id) ?? refuse('not_found', `There is no key "${id}"`)
  const change = async (id: string, values: Partial<Row>): Promise<Row> => {
    const row = { ...existing(id), ...values }
    await db.update(apiKeys).set(values).where(eq(apiKeys.id, id))
    remember(row)
    return row
  }
  const find = (hash: string): Caller | undefined => {
    const entry = entries.get(hash)
    return entry !== undefined && entry.until > now() ? entry.caller : undefined
  }
  return {
    find,
    callerOf: id => find(rows.get(id)?.hash ?? ''),
    exist: () => rows.size > 0,
    list: () => [...rows.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)),
    async create({ userPath, allowedModels, expiresAt, ...rest }) {
      const { key, ...stored } = mint(pepper)
      const row: Row = {
        ...rest,
        ...stored,
        id: `key_${randomToken(9)}`,
        labels: { ...rest.labels },
        userPath: userPath ?? null,
        allowedModels: allowedModels === undefined ? null : [...allowedModels],
        expiresAt: expiresAt ?? null,
        previousHash: null,
        previousUntil: null,
        revokedAt: null,
        createdAt: now(),
      }
      await db.insert(apiKeys).values(row)
      remember(row)
      return { row, key }
    },
    revoke: id => change(id, { revokedAt: existing(id).revokedAt ?? now() }),
    async roll(id, grace) {
      const { hash, revokedAt } = existing(id)
      if (revokedAt !== null) refuse('conflict', `Key "${id}" is revoked: create a new one`)
      const { key, ...stored } = mint(pepper)
      return { row: await change(id, { ...stored, previousHash: hash, previousUntil: now() + grace }), key }
    },
  }
}

function mint(pepper: string): { key: string; hash: string; lastFour: string } {
  const key = `mw_${randomToken(32)}`
  return { key, hash: keyedHash(pepper, key), lastFour: key.slice(-4) }
}

const toCaller = (row: Row): Caller => ({
  kind: 'key',
  id: row.id,
  name: row.name,
  subPaths: row.subPaths,
  labels: row.labels,
  ...(row.userPath !== null && { path: row.userPath as UserPath }),
  ...(row.allowedModels !== null && { models: new Set(row.allowedModels) }),
})
