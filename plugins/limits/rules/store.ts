import { eq } from 'drizzle-orm'
import type { Database } from '../../../src/database/open.ts'
import { check } from '../../../src/request/check.ts'
import { checkName } from '../../../src/scope/input.ts'
import { createScopes } from '../../../src/scope/scope.ts'
import type { Definitions, History } from '../../history/model.ts'
import { KIND, type Limit } from '../model.ts'
import { limitPots, limits } from '../schema.ts'
import { limitInput, toLimit, toState } from './input.ts'
import type { Rules } from './rules.ts'

export interface LimitStore extends Definitions<Limit> {
  /** Those that speak of calls of models. */
  rules(): Rules
  /** Those that speak of calls of tools. */
  toolRules(): Rules
}

interface StoreOptions {
  readonly db: Database
  readonly history: Pick<History, 'define'>
  /** Those of the configuration; they hide stored ones of the same name. */
  readonly declared: readonly Limit[]
  /** Another set of limits holds from now on, this one changed or gone. */
  readonly onChange: (all: readonly Limit[]) => Promise<void>
  /** They hold. */
  readonly onChanged: () => void
}

/** The limits that operators store and declare. */
export async function openStore(options: StoreOptions): Promise<LimitStore> {
  const { db, history, declared, onChange, onChanged } = options
  let rules = createScopes<Limit>([])
  let toolRules = createScopes<Limit>([])
  const definitions = await history.define<Limit, ReturnType<typeof toState>>({
    kind: KIND,
    listedAt: '/admin/limits',
    place: name => `/limits/detail?${new URLSearchParams({ name })}`,
    declared,
    load: async () =>
      (await db.select().from(limits)).map(({ name, definition, version }) =>
        toLimit(name, definition, { version }),
      ),
    read(name, input) {
      checkName(name)
      return toLimit(name, check(limitInput, input), { version: 0 })
    },
    toState,
    put: (name, definition, version) =>
      db
        .insert(limits)
        .values({ name, definition, version })
        .onConflictDoUpdate({ target: limits.name, set: { definition, version } }),
    drop: name => [
      db.delete(limits).where(eq(limits.name, name)),
      db.delete(limitPots).where(eq(limitPots.limit, name)),
    ],
    async onChange(all) {
      // A limit on cost must know prices before it holds.
      await onChange(all)
      rules = createScopes(all.filter(({ tools }) => tools === undefined))
      toolRules = createScopes(all.filter(({ tools }) => tools !== undefined))
      onChanged()
    },
  })
  return { ...definitions, rules: () => rules, toolRules: () => toolRules }
}
