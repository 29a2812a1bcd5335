import { eq, gt } from 'drizzle-orm'
import { createTurns } from '../../../src/base/turns.ts'
import type { Database } from '../../../src/database/open.ts'
import { readAll } from '../../../src/database/rows.ts'
import { checkIfMatch } from '../../../src/door/precondition.ts'
import { refuse } from '../../../src/errors.ts'
import { check } from '../../../src/request/check.ts'
import type { JsonObject } from '../../../src/types.ts'
import type { Authorship, Change, History, Restoring } from '../../history/model.ts'
import { type Definition, KIND, type Snapshot, toVirtualModel, type VirtualModel } from '../model.ts'
import { Layers } from '../reading/layers.ts'
import { createUsers } from '../reading/users.ts'
import { virtualModels } from '../schema.ts'
import { toRecord } from '../views-of.ts'
import { checkTogether, createChecks, findLoopAround } from './checks.ts'
import { toDefinition, virtualModelInput } from './input.ts'

export interface StoreOptions {
  readonly db: Database
  /** Writes the changes down, in the same batch. */
  readonly history: History
  readonly now: () => number
  /** Declared in configuration; they hide stored rows of the same source. */
  readonly managed: readonly VirtualModel[]
  /** Others hold from now on. */
  readonly onChange: () => void
  /** Refuses targets and selectors that lead nowhere. */
  readonly checkReach: (model: Definition, all: ReadonlyMap<string, VirtualModel>) => void
}

export interface Store {
  current(): Snapshot
  save(input: unknown, by?: Authorship): Promise<VirtualModel>
  remove(source: string, by?: Authorship): Promise<void>
  /** Puts an old version back; returns the new one. */
  restore(state: JsonObject, restoring: Restoring): Promise<number>
  /** Takes over what another gateway has stored. */
  reread(): Promise<void>
}

/** Rows in the database, a snapshot in memory. A write is checked in full, stored, and then swapped in at once. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { db, history, now, managed, checkReach, onChange } = options
  const memory = createMemory({ stored: await load(db), managed, onChange })
  const { current, rows } = memory
  checkTogether(current(), memory.declared)
  const checks = createChecks(memory)
  /** Each write is checked against what the one before left. */
  const inTurn = createTurns()

  async function save(raw: unknown, by: Authorship): Promise<VirtualModel> {
    const input = check(virtualModelInput, raw)
    const old = input.old_source ?? input.source
    const before = rows.get(old)
    const definition = toDefinition(input, name => by.restored !== undefined || isIn(before, name))
    checks.managed(input.source)
    checks.rename(input)
    checkIfMatch(by.ifMatch, old, before?.version)
    const isMeant = input.force || by.ifMatch !== undefined || by.restored !== undefined
    checks.turn(before, definition, isMeant)
    const facts = { managed: false, version: 0, updatedAt: now() }
    const all = memory.without(old, toVirtualModel(definition, facts))
    const loop = findLoopAround({ all, users: memory.users }, definition.source)
    if (loop !== undefined) refuse('invalid_value', loop, { param: 'target_model' })
    checks.below(definition)
    if (!input.force) checkReach(definition, all)
    const version = await history.commit(toChange(before, definition, by), version =>
      statements(db, before, { definition, version, updatedAt: facts.updatedAt }),
    )
    const model = toVirtualModel(definition, { ...facts, version })
    memory.swap(old, model)
    return model
  }

  async function remove(source: string, by: Authorship): Promise<void> {
    checks.managed(source)
    const before =
      rows.get(source) ?? refuse('not_found', `There is no virtual model "${source}"`, { param: 'source' })
    checkIfMatch(by.ifMatch, source, before.version)
    checks.users(source, 'delete')
    await history.commit(toChange(before, undefined, by), () => [
      db.delete(virtualModels).where(eq(virtualModels.source, source)),
    ])
    memory.swap(source)
  }

  return {
    current,
    save: (raw, by = {}) => inTurn(() => save(raw, by)),
    remove: (source, by = {}) => inTurn(() => remove(source, by)),
    restore: (state, restoring) =>
      inTurn(async () => (await save(toInput(state, restoring, current()), restoring)).version),
    reread: () => inTurn(async () => memory.replace(await load(db))),
  }
}

const isIn = (model: VirtualModel | undefined, name: string): boolean =>
  model?.source === name || model?.targets.some(target => target.name === name) === true

/** An old state as the body of a write to what it is now. */
function toInput(state: JsonObject, { subject, force }: Restoring, { all }: Snapshot): JsonObject {
  if (subject === undefined && all.has(String(state.source)))
    refuse('conflict', `Cannot restore "${state.source}": another virtual model has this name by now`)
  return { ...state, force, ...(subject !== undefined && { old_source: subject }) }
}

interface MemoryOptions extends Pick<StoreOptions, 'managed' | 'onChange'> {
  readonly stored: readonly VirtualModel[]
}

/** What is stored and what is declared, and the snapshot of both. */
function createMemory({ stored, managed, onChange }: MemoryOptions) {
  const rows = new Map(stored.map(model => [model.source, model]))
  const declared = new Map(managed.map(model => [model.source, model]))
  const together = () => new Layers(new Map([...rows, ...declared]))
  let all = together()
  let snapshot: Snapshot = { all, revision: 0 }
  const users = createUsers(all.values())
  /** All but one, and another one in its place. */
  const without = (source: string, next?: VirtualModel): Layers<VirtualModel> =>
    all.next(source, next && [next.source, next])
  function use(next: Layers<VirtualModel>): void {
    all = next
    snapshot = { all, revision: snapshot.revision + 1 }
    onChange()
  }
  return {
    rows,
    declared,
    users,
    current: () => snapshot,
    without,
    replace(stored: readonly VirtualModel[]): void {
      rows.clear()
      for (const model of stored) rows.set(model.source, model)
      use(together())
      users.reset(all.values())
    },
    swap(source: string, next?: VirtualModel): void {
      const before = all.get(source)
      if (before !== undefined) users.remove(before)
      if (next !== undefined) users.add(next)
      rows.delete(source)
      if (next) rows.set(next.source, next)
      use(without(source, next))
    },
  }
}

async function load(db: Database): Promise<VirtualModel[]> {
  const rows = await readAll<typeof virtualModels.$inferSelect>((last, most) =>
    db
      .select()
      .from(virtualModels)
      .where(last && gt(virtualModels.source, last.source))
      .orderBy(virtualModels.source)
      .limit(most),
  )
  return rows.map(({ definition, version, updatedAt }) =>
    toVirtualModel(upToDate(definition), { version, updatedAt, managed: false }),
  )
}

/** Rows from before there was `affinity` say yes or no. */
function upToDate(stored: Definition & { readonly sessionAffinity?: boolean }): Definition {
  const { sessionAffinity, ...definition } = stored
  if (sessionAffinity === undefined) return definition
  return { ...definition, affinity: sessionAffinity ? 'session' : 'off' }
}

interface Row {
  readonly definition: Definition
  readonly version: number
  readonly updatedAt: number
}

/** Stores a row, under a new name if it has one; fails where another gateway has stored something under that name. */
function statements(db: Database, before: VirtualModel | undefined, row: Row) {
  const { source } = row.definition
  const insert = db.insert(virtualModels).values({ source, ...row })
  if (before === undefined) return [insert]
  if (before.source === source) return [insert.onConflictDoUpdate({ target: virtualModels.source, set: row })]
  return [db.delete(virtualModels).where(eq(virtualModels.source, before.source)), insert]
}

/** A write as history tells it; without `after` it is a deletion. */
function toChange(
  before: VirtualModel | undefined,
  after: Definition | undefined,
  { author = 'unknown', restored }: Authorship,
): Change {
  const subject = (after ?? before)!.source
  const action =
    after === undefined
      ? 'delete'
      : before === undefined
        ? 'create'
        : before.source === subject
          ? 'replace'
          : 'rename'
  return {
    kind: KIND,
    action: restored === undefined ? action : 'restore',
    subject,
    author,
    ...(restored !== undefined && { restored }),
    ...(before && { was: before.source, before: toRecord(before), version: before.version }),
    ...(after && { after: toRecord(after) }),
  }
}
