import { eq } from 'drizzle-orm'
import type { Database } from '../../src/database.ts'
import { refuse } from '../../src/errors.ts'
import { check } from '../../src/request/check.ts'
import { createScopes, type Scopes } from '../../src/scope.ts'
import { checkName } from '../../src/scope-input.ts'
import type { Definitions, History } from '../history/model.ts'
import { type GuardrailState, guardrailInput, toGuardrail, toState } from './input.ts'
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
  readonly onChange: (all: readonly Guardrail[]) => void
}

/** The guardrails that operators store and declare. */
export async function openStore(options: StoreOptions): Promise<GuardrailStore> {
  const { db, history, declared, checkers, onChange } = options
  let rules = createScopes<Guardrail>([])
  const definitions = await history.define<Guardrail, GuardrailState>({
    kind: KIND,
    listedAt: '/admin/guardrails',
    declared,
    load: async () =>
      (await db.select().from(guardrails)).map(({ name, definition, version }) =>
        toGuardrail(name, definition, { version }),
      ),
    read(name, input) {
      checkName(name)
      const wanted = toGuardrail(name, check(guardrailInput, input), { version: 0 })
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
    },
  })
  return { ...definitions, rules: () => rules }
}

export function checkChecker(name: string | undefined, checkers: ReadonlySet<string>): void {
  if (name !== undefined && !checkers.has(name))
    refuse(
      'invalid_value',
      `Field "find.checker": the configuration has no "${name.slice(0, 80)}" in guardrails.checkers`,
      { param: 'find.checker' },
    )
}
