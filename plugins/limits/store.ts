import { eq } from 'drizzle-orm'
import type { Database } from '../../src/database.ts'
import { checkIfMatch } from '../../src/door/precondition.ts'
import { refuse } from '../../src/errors.ts'
import { check } from '../../src/request/check.ts'
import { createTurns } from '../../src/turns.ts'
import type { JsonObject } from '../../src/types.ts'
import type { Action, Authorship, History, Restoring } from '../history/model.ts'
import { checkName, type LimitState, limitInput, toLimit, toState } from './input.ts'
import { KIND, type Limit } from './model.ts'
import { createRules, type Rules } from './rules.ts'
import { limitPots, limits } from './schema.ts'

export interface LimitStore {
  rules(): Rules
  /** Sorted by name. */
  list(): readonly Limit[]
  /** Refuses when there is none. */
  get(name: string): Limit
  save(name: string, input: unknown, by?: Authorship): Promise<Limit>
  remove(name: string, by?: Authorship): Promise<void>
  /** Puts an old version back; returns the new one. */
  restore(state: JsonObject, restoring: Restoring): Promise<number>
  /** Takes over what another gateway has stored. */
  reread(): Promise<void>
}

interface StoreOptions {
  readonly db: Database
  readonly history: History
  /** Those of the configuration; they hide stored ones of the same name. */
  readonly declared: readonly Limit[]
  /** Another set of limits holds from now on, this one changed or gone. */
  readonly onChange: (all: readonly Limit[]) => Promise<void>
}

/** What operators store: written first, together with its history, and then swapped into memory. */
export async function openStore({ db, history, declared, onChange }: StoreOptions): Promise<LimitStore> {
  const fixed = new Map(declared.map(limit => [limit.name, limit]))
  const load = async () =>
    (await db.select().from(limits)).map(row => toLimit(row.name, row.definition, { version: row.version }))
  let stored = new Map((await load()).map(limit => [limit.name, limit]))
  let all = together()
  let rules = createRules(all.values())
  const inTurn = createTurns()
  await onChange([...all.values()])

  function together(): ReadonlyMap<string, Limit> {
    const names = [...new Set([...stored.keys(), ...fixed.keys()])].sort()
    return new Map(names.map(name => [name, fixed.get(name) ?? stored.get(name)!]))
  }

  async function swap(next: Map<string, Limit>): Promise<void> {
    stored = next
    all = together()
    // A limit on cost must know prices before it holds.
    await onChange([...all.values()])
    rules = createRules(all.values())
  }

  function checkDeclared(name: string): void {
    const limit = fixed.get(name)
    if (limit !== undefined)
      refuse('conflict', `Limit "${name}" is declared in ${limit.declaredIn}: change it there`, {
        param: 'name',
      })
  }

  async function save(name: string, input: unknown, by: Authorship): Promise<Limit> {
    checkName(name)
    checkDeclared(name)
    const wanted = toLimit(name, check(limitInput, input), { version: 0 })
    const before = stored.get(name)
    checkIfMatch(by.ifMatch, name, before?.version)
    const definition = toState(wanted)
    const action = before === undefined ? 'create' : 'replace'
    const version = await history.commit(toChange(action, { name, before, definition, by }), version => [
      db
        .insert(limits)
        .values({ name, definition, version })
        .onConflictDoUpdate({ target: limits.name, set: { definition, version } }),
    ])
    const limit = { ...wanted, version }
    await swap(new Map(stored).set(name, limit))
    return limit
  }

  async function remove(name: string, by: Authorship): Promise<void> {
    checkDeclared(name)
    const before = stored.get(name) ?? missing(name)
    checkIfMatch(by.ifMatch, name, before.version)
    await history.commit(toChange('delete', { name, before, by }), () => [
      db.delete(limits).where(eq(limits.name, name)),
      db.delete(limitPots).where(eq(limitPots.limit, name)),
    ])
    const next = new Map(stored)
    next.delete(name)
    await swap(next)
  }

  return {
    rules: () => rules,
    list: () => [...all.values()],
    get: name => all.get(name) ?? missing(name),
    save: (name, input, by = {}) => inTurn(() => save(name, input, by)),
    remove: (name, by = {}) => inTurn(() => remove(name, by)),
    restore: ({ name: was, ...state }, { subject, ...by }) =>
      inTurn(async () => {
        const name = subject ?? String(was)
        if (subject === undefined && stored.has(name))
          refuse('conflict', `Cannot restore "${name}": another limit has this name by now`)
        return (await save(name, state, by)).version
      }),
    reread: () => inTurn(async () => swap(new Map((await load()).map(limit => [limit.name, limit])))),
  }
}

const missing = (name: string): never =>
  refuse('not_found', `There is no limit "${name.slice(0, 80)}": GET /admin/limits lists them`, {
    param: 'name',
  })

interface Changing {
  readonly name: string
  readonly before: Limit | undefined
  readonly definition?: LimitState
  readonly by: Authorship
}

const toChange = (
  action: Action,
  { name, before, definition, by: { author = 'unknown', restored } }: Changing,
) => ({
  kind: KIND,
  action: restored === undefined ? action : ('restore' as const),
  subject: name,
  author,
  ...(restored !== undefined && { restored }),
  ...(before && { was: name, before: { name, ...toState(before) }, version: before.version }),
  ...(definition && { after: { name, ...definition } }),
})
