import { eq } from 'drizzle-orm'
import type { Database } from '../../src/database/open.ts'
import { refuse } from '../../src/errors.ts'
import type { Log } from '../../src/log.ts'
import { check } from '../../src/request/check.ts'
import { checkName } from '../../src/scope/input.ts'
import { createScopes, type Scopes } from '../../src/scope/scope.ts'
import type { Definitions, History } from '../history/model.ts'
import { fromStored, type GuardrailState, guardrailInput, toGuardrail, toState } from './input.ts'
import { type Guardrail, KIND } from './model.ts'
import { guardrails } from './schema.ts'

export interface GuardrailStore extends Definitions<Guardrail> {
  rules(): Scopes<Guardrail>
}

interface StoreOptions {
  readonly db: Database
  readonly history: Pick<History, 'define'>
  /** Those of the configuration; they hide stored ones of the same name. */
  readonly declared: readonly Guardrail[]
  /** Names of the services that may be asked. */
  readonly checkers: ReadonlySet<string>
  readonly log: Log
  readonly onChange: (all: readonly Guardrail[]) => void
}

/** The guardrails that operators store and declare. */
export async function openStore(options: StoreOptions): Promise<GuardrailStore> {
  const { db, history, declared, checkers, log, onChange } = options
  let rules = createScopes<Guardrail>([])
  let broken: readonly Guardrail[] = []

  async function load(): Promise<readonly Guardrail[]> {
    const rows = await db.select().from(guardrails)
    const all = rows.map(({ name, definition, version }) => fromStored(name, definition, { version }))
    for (const { name, fault, action, enabled } of all)
      if (fault !== undefined)
        log.error('A guardrail cannot be read any more', { guardrail: name, fault, action, enabled })
    return all
  }

  /** It cannot be read, but it can be switched off as it is. */
  const isBeingClosed = (name: string, { enabled, find }: GuardrailState): boolean =>
    !enabled &&
    broken.some(each => each.name === name && String(each.find.patterns) === String(find.patterns))

  const definitions = await history.define<Guardrail, GuardrailState>({
    kind: KIND,
    listedAt: '/admin/guardrails',
    place: name => `/guardrails?${new URLSearchParams({ q: name })}`,
    declared,
    load,
    read(name, input) {
      checkName(name)
      const state = check(guardrailInput, input)
      const read = isBeingClosed(name, state) ? fromStored : toGuardrail
      const wanted = read(name, state, { version: 0 })
      checkChecker(wanted.find.checker, checkers)
      return wanted
    },
    toState,
    put: (name, definition, version) =>
      db
        .insert(guardrails)
        .values({ name, definition, version })
        .onConflictDoUpdate({ target: guardrails.name, set: { definition, version } }),
    drop: name => [db.delete(guardrails).where(eq(guardrails.name, name))],
    onChange(all) {
      onChange(all)
      rules = createScopes(all)
      broken = all.filter(({ fault }) => fault !== undefined)
    },
  })
  return { ...definitions, rules: () => rules }
}

function checkChecker(name: string | undefined, checkers: ReadonlySet<string>): void {
  if (name !== undefined && !checkers.has(name))
    refuse(
      'invalid_value',
      `Field "find.checker": the configuration has no "${name.slice(0, 80)}" in guardrails.checkers`,
      { param: 'find.checker' },
    )
}
