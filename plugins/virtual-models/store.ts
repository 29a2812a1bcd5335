import { eq } from 'drizzle-orm'
import { check } from '../../src/check.ts'
import type { Database } from '../../src/database.ts'
import { refuse } from '../../src/errors.ts'
import { toDefinition, type VirtualModelInput, virtualModelInput } from './input.ts'
import { type Definition, type Snapshot, toVirtualModel, type VirtualModel } from './model.ts'
import { virtualModels } from './schema.ts'
import { findLoop, usersOf } from './snapshot.ts'

export interface StoreOptions {
  readonly db: Database
  readonly now: () => number
  /** Declared in configuration; they hide stored rows of the same source. */
  readonly managed: readonly VirtualModel[]
  /** Refuses targets and selectors that lead nowhere. */
  readonly checkReach: (model: Definition, all: ReadonlyMap<string, VirtualModel>) => void
}

export interface Store {
  current(): Snapshot
  save(input: unknown): Promise<VirtualModel>
  remove(source: string): Promise<void>
}

/** Rows in the database, a snapshot in memory. A write is checked in full, stored, and then swapped in at once. */
export async function openStore({ db, now, managed, checkReach }: StoreOptions): Promise<Store> {
  const rows = new Map<string, VirtualModel>()
  for (const row of await db.select().from(virtualModels)) {
    rows.set(
      row.source,
      toVirtualModel(row.definition, { version: row.version, updatedAt: row.updatedAt, managed: false }),
    )
  }
  const declared = new Map(managed.map(model => [model.source, model]))
  let snapshot: Snapshot = { all: new Map([...rows, ...declared]), revision: 0 }
  const swap = (all: ReadonlyMap<string, VirtualModel>) => {
    snapshot = { all, revision: snapshot.revision + 1 }
  }

  /** Writes happen one after the other: each is checked against what the one before left. */
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(write: () => Promise<T>): Promise<T> => {
    const turn = last.then(write, write)
    last = turn.catch(() => {})
    return turn
  }

  function checkManaged(source: string): void {
    if (declared.has(source))
      refuse('conflict', `"${source}" is declared in VIRTUAL_MODELS: edit it there`, { param: 'source' })
  }

  function checkUsers(source: string, action: string): void {
    const users = usersOf(snapshot.all, source)
    const isRedirect = snapshot.all.get(source)?.kind === 'redirect'
    if (isRedirect && users.length > 0) {
      const named =
        users
          .slice(0, 5)
          .map(user => `"${user}"`)
          .join(', ') + (users.length > 5 ? ` and ${users.length - 5} more` : '')
      refuse(
        'conflict',
        `Cannot ${action} "${source}": ${named} ${users.length === 1 ? 'leads' : 'lead'} there`,
        { param: 'source' },
      )
    }
  }

  function checkRename({ source, old_source: old }: VirtualModelInput): void {
    if (old === undefined || old === source) return
    checkManaged(old)
    if (!rows.has(old))
      refuse('not_found', `There is no virtual model "${old}" to rename`, { param: 'old_source' })
    if (snapshot.all.has(source))
      refuse('conflict', `Cannot rename "${old}": "${source}" exists already`, { param: 'source' })
    checkUsers(old, 'rename')
  }

  async function save(raw: unknown): Promise<VirtualModel> {
    const input = check(virtualModelInput, raw)
    const definition = toDefinition(input)
    checkManaged(input.source)
    checkRename(input)
    const old = input.old_source ?? input.source
    checkTurn(snapshot.all.get(old), definition)
    const model = toVirtualModel(definition, {
      managed: false,
      version: (rows.get(old)?.version ?? 0) + 1,
      updatedAt: now(),
    })
    const all = new Map(snapshot.all)
    all.delete(old)
    all.set(model.source, model)
    const loop = findLoop(all, model.source) ?? findLoopThrough(all, model.source)
    if (loop !== undefined) refuse('invalid_value', loop, { param: 'target_model' })
    if (!input.force) checkReach(definition, all)
    await write(old, definition, model)
    rows.delete(old)
    rows.set(model.source, model)
    swap(all)
    return model
  }

  async function write(
    old: string,
    definition: Definition,
    { source, version, updatedAt }: VirtualModel,
  ): Promise<void> {
    const values = { definition, version, updatedAt }
    const upsert = db
      .insert(virtualModels)
      .values({ source, ...values })
      .onConflictDoUpdate({ target: virtualModels.source, set: values })
    if (old === source) await upsert
    else await db.batch([db.delete(virtualModels).where(eq(virtualModels.source, old)), upsert])
  }

  /** A redirect that others lead through may not quietly become a policy. */
  function checkTurn(before: VirtualModel | undefined, after: Definition): void {
    if (before?.kind === 'redirect' && after.kind === 'policy') checkUsers(before.source, 'make a policy of')
  }

  return {
    current: () => snapshot,
    save: raw => inTurn(() => save(raw)),
    remove: source =>
      inTurn(async () => {
        checkManaged(source)
        if (!rows.has(source))
          refuse('not_found', `There is no virtual model "${source}"`, { param: 'source' })
        checkUsers(source, 'delete')
        await db.delete(virtualModels).where(eq(virtualModels.source, source))
        rows.delete(source)
        const all = new Map(snapshot.all)
        all.delete(source)
        swap(all)
      }),
  }
}

/** A change may also make a chain too long that begins at somebody who leads here. */
function findLoopThrough(all: ReadonlyMap<string, VirtualModel>, source: string): string | undefined {
  const seen = new Set<string>([source])
  const open = [source]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const user of usersOf(all, name)) {
      if (seen.has(user)) continue
      seen.add(user)
      open.push(user)
      const loop = findLoop(all, user)
      if (loop !== undefined) return loop
    }
  }
  return undefined
}
