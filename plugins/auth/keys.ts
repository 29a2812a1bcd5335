import { eq, gt } from 'drizzle-orm'
import { keyedHash, randomToken } from '../../src/base/runtime.ts'
import { createTurns } from '../../src/base/turns.ts'
import type { Database } from '../../src/database/open.ts'
import { readAll } from '../../src/database/rows.ts'
import { checkIfMatch } from '../../src/door/precondition.ts'
import { refuse } from '../../src/errors.ts'
import type { Caller } from '../../src/types.ts'
import type { Action, Authorship, Change, History } from '../history/model.ts'
import type { NewKey } from './input.ts'
import type { WorkingKey } from './model.ts'
import { createRing, type Ring } from './ring.ts'
import { apiKeys } from './schema.ts'
import { type KeyRow, toRecord } from './views-of.ts'

/** A key that was made just now: the only moment at which it is known. */
export interface Minted {
  readonly row: KeyRow
  readonly key: string
}

export interface Keys {
  /** Who holds the key with this keyed hash; undefined when nobody does, or not any more. No SQL, no comparison that could be timed. */
  find(hash: string): Caller | undefined
  endOf: Ring['endOf']
  /** Whom the key with this keyed hash makes an operator, while it works. */
  operatorOf: Ring['operatorOf']
  markOf: Ring['markOf']
  madeBy: Ring['madeBy']
  makers: Ring['makers']
  /** There is a key that works and operates. */
  operate(): boolean
  /** The holder of the key with this id, while it works. */
  callerOf(id: string): Caller | undefined
  /** What people call a key, also one that works no more. */
  nameOf(id: string): string | undefined
  /** What pages tell of the keys that work, the oldest first. */
  working(): readonly WorkingKey[]
  /** There is a managed key, be it revoked or expired. */
  exist(): boolean
  list(): readonly KeyRow[]
  /** Refuses when there is none. */
  get(id: string): KeyRow
  /** Undefined when there is none. */
  rowOf: Ring['get']
  create(key: NewKey, by?: Authorship): Promise<Minted>
  /** A key that the holder of another one makes; `read` says what it is, by how that one is when it is its turn. */
  make(maker: string, read: (maker: KeyRow) => NewKey, by?: Authorship): Promise<Minted>
  /** Says everything anew but the secret, and whether it is revoked. */
  replace(id: string, key: NewKey, by?: Authorship): Promise<KeyRow>
  revoke(id: string, by?: Authorship, allow?: Allow): Promise<KeyRow>
  /** Revokes all that the key with this id has made; tells how many were revoked just now. */
  revokeMade(id: string, by?: Authorship): Promise<number>
  /** A new key in place of the old, which goes on for `grace` ms. */
  roll(id: string, grace: number, by?: Authorship, allow?: Allow): Promise<Minted>
  /** Takes over what another gateway has stored. */
  reread(): Promise<void>
}

/** Refuses where somebody may not do it, by how things are when it is its turn. */
type Allow = () => void

/** What history calls keys. */
export const KIND = 'key'

export interface KeysOptions {
  readonly db: Database
  /** Writes the changes down, in the same batch. */
  readonly history: History
  /** What keys are hashed with. */
  readonly pepper: string
  readonly now: () => number
  /** What keys are good for is not what it was. */
  readonly onChange: () => void
}

/** Managed keys: what is stored is written first, together with its history, and then swapped into memory. */
export async function openKeys({ db, history, pepper, now, onChange }: KeysOptions): Promise<Keys> {
  const load = () =>
    readAll<KeyRow>((last, most) =>
      db
        .select()
        .from(apiKeys)
        .where(last && gt(apiKeys.id, last.id))
        .orderBy(apiKeys.id)
        .limit(most),
    )
  const ring = createRing(await load(), { now, onChange })
  /** A change that overtakes another one would bring back what that one took away: a revoked key, say. */
  const inTurn = createTurns()
  const get = (id: string): KeyRow => ring.get(id) ?? noSuchKey(id)

  const callerOf = (id: string) => ring.find(ring.get(id)?.hash ?? '')
  const list = () => ring.rows().toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  const { create, change } = createWriter({ db, history, pepper, now }, ring)
  const end = async (row: KeyRow, by: Authorship): Promise<KeyRow> =>
    row.revokedAt === null ? change(row, { revokedAt: now() }, { ...by, action: 'revoke' }) : row

  /** Runs when it is its turn, on the row as it is then. */
  const withRow = <T>(
    id: string,
    { ifMatch }: Authorship,
    run: (row: KeyRow) => Promise<T>,
    allow?: Allow,
  ): Promise<T> =>
    inTurn(async () => {
      allow?.()
      const row = get(id)
      checkIfMatch(ifMatch, id, row.version)
      return run(row)
    })

  return {
    find: ring.find,
    endOf: ring.endOf,
    operatorOf: ring.operatorOf,
    markOf: ring.markOf,
    madeBy: ring.madeBy,
    makers: ring.makers,
    operate: () => ring.rows().some(({ hash }) => ring.operatorOf(hash) !== undefined),
    callerOf,
    nameOf: id => ring.get(id)?.name,
    working: () =>
      list()
        .filter(({ id }) => callerOf(id) !== undefined)
        .map(({ id, name, userPath, expiresAt }) => ({
          id,
          name,
          ...(userPath !== null && { path: userPath }),
          ...(expiresAt !== null && { expiresAt }),
        })),
    exist: () => ring.size() > 0,
    list,
    get,
    rowOf: ring.get,
    create: (input, by = {}) => inTurn(() => create(input, by)),
    make: (maker, read, by = {}) => inTurn(async () => create(read(get(maker)), { ...by, madeBy: maker })),
    replace: (id, input, by = {}) =>
      withRow(id, by, row => {
        const action = by.restored === undefined ? 'replace' : 'restore'
        checkMade(row, input)
        const isAgain = row.operates === null && input.operates !== undefined
        const operatesAnew = row.operatesAnew + (isAgain ? 1 : 0)
        return change(row, { ...toValues(input), operatesAnew }, { ...by, action })
      }),
    revoke: (id, by = {}, allow) => withRow(id, by, row => end(row, by), allow),
    revokeMade: (id, by = {}) =>
      inTurn(async () => {
        const made = ring.madeBy(id).filter(({ revokedAt }) => revokedAt === null)
        for (const row of made) await end(row, by)
        return made.length
      }),
    roll: (id, grace, by = {}, allow) =>
      withRow(
        id,
        by,
        async row => {
          if (row.revokedAt !== null) refuse('conflict', `Key "${id}" is revoked: create a new one`)
          const { key, ...stored } = mint(pepper)
          const values = { ...stored, previousHash: row.hash, previousUntil: now() + grace }
          return { row: await change(row, values, { ...by, action: 'roll' }), key }
        },
        allow,
      ),
    reread: () => inTurn(async () => ring.reset(await load())),
  }
}

export const noSuchKey = (id: string): never => refuse('not_found', `There is no key "${id.slice(0, 80)}"`)

/** Writes keys, together with their history. Whoever calls it waits for their turn. */
function createWriter({ db, history, pepper, now }: Omit<KeysOptions, 'onChange'>, ring: Ring) {
  async function create(
    input: NewKey,
    { author = 'unknown', madeBy = null }: Authorship & { readonly madeBy?: string | null },
  ): Promise<Minted> {
    const { key, ...stored } = mint(pepper)
    const id = `key_${randomToken(9)}`
    const row = { ...FRESH, ...toValues(input), ...stored, id, madeBy, createdAt: now() }
    const change = { kind: KIND, action: 'create', subject: id, author, after: toRecord(row) } as const
    const version = await history.commit(change, version => [db.insert(apiKeys).values({ ...row, version })])
    ring.put({ ...row, version })
    return { row: { ...row, version }, key }
  }

  async function change(before: KeyRow, values: Partial<KeyRow>, step: Step): Promise<KeyRow> {
    const after = { ...before, ...values }
    const version = await history.commit(toChange(before, after, step), version => [
      db
        .update(apiKeys)
        .set({ ...values, version })
        .where(eq(apiKeys.id, before.id)),
    ])
    ring.put({ ...after, version })
    return { ...after, version }
  }

  return { create, change }
}

type Step = Authorship & { readonly action: Action }

const toChange = (before: KeyRow, after: KeyRow, { action, author = 'unknown', restored }: Step): Change => ({
  kind: KIND,
  action,
  subject: before.id,
  author,
  before: toRecord(before),
  after: toRecord(after),
  version: before.version,
  ...(restored !== undefined && { restored }),
})

const FRESH = {
  ...{ previousHash: null, previousUntil: null, revokedAt: null },
  ...{ operatesAnew: 0, version: 0 },
} as const

/** Its maker can roll it, and holds it then: it would have what an operator gave to somebody else. */
function checkMade({ madeBy }: KeyRow, { operates, makesKeys }: NewKey): void {
  const param = operates !== undefined ? 'operates' : makesKeys ? 'makes_keys' : undefined
  if (madeBy !== null && param !== undefined)
    refuse(
      'invalid_value',
      `Field "${param}" is not for a key that another key has made: create one of your own`,
      { param },
    )
}

const toValues = ({ userPath, allowedModels, expiresAt, operates, labels, ...rest }: NewKey) => ({
  ...rest,
  labels: { ...labels },
  userPath: userPath ?? null,
  allowedModels: allowedModels === undefined ? null : [...allowedModels],
  expiresAt: expiresAt ?? null,
  operates: operates ?? null,
})

function mint(pepper: string): { key: string; hash: string; lastFour: string } {
  const key = `mw_${randomToken(32)}`
  return { key, hash: keyedHash(pepper, key), lastFour: key.slice(-4) }
}
