import { ConfigError, refuse } from '../../../src/errors.ts'
import type { Definition, Snapshot, VirtualModel } from '../model.ts'
import { findAskedBelow, findLoop, sayAskedBelow } from '../reading/graph.ts'
import type { Users } from '../reading/users.ts'
import { checkName, type VirtualModelInput } from './input.ts'

type All = ReadonlyMap<string, VirtualModel>

interface ChecksDeps {
  readonly current: () => Snapshot
  /** What is stored, also where a declared one hides it. */
  readonly rows: All
  readonly declared: All
  /** Of what `current` holds. */
  readonly users: Pick<Users, 'of'>
}

/** What a write may not do to the rows around it. */
export interface Checks {
  /** Declared rows are edited where they are declared. */
  managed(source: string): void
  /** A redirect that others lead through may not go away. */
  users(source: string, action: string): void
  rename(input: VirtualModelInput): void
  /**
   * A redirect that others lead through may not quietly become a policy, nor a policy for many models a redirect. Any
   * policy becomes one only where that is said (`isMeant`): what it closes would be open.
   */
  turn(before: VirtualModel | undefined, after: Definition, isMeant: boolean): void
  /** A redirect that sets parameters may stand below no other one. */
  below(after: Definition): void
}

export function createChecks({ current, rows, declared, users: known }: ChecksDeps): Checks {
  const managed = (source: string): void => {
    const model = declared.get(source)
    if (model !== undefined)
      refuse('conflict', `"${source}" is declared in ${model.declaredIn}: edit it there`, { param: 'source' })
  }
  const users = (source: string, action: string): void => {
    // Inside its own targets a redirect's name means the real model that it shadows.
    const found = [...known.of(source)].filter(user => user !== source)
    if (current().all.get(source)?.kind !== 'redirect' || found.length === 0) return
    const more = found.length > 5 ? ` and ${found.length - 5} more` : ''
    const named = found.slice(0, 5).map(user => `"${user}"`)
    const verb = found.length === 1 ? 'leads' : 'lead'
    refuse('conflict', `Cannot ${action} "${source}": ${named.join(', ')}${more} ${verb} there`, {
      param: 'source',
    })
  }
  return {
    managed,
    users,
    rename({ source, old_source: old }) {
      if (old === undefined || old === source) return
      managed(old)
      if (!rows.has(old))
        refuse('not_found', `There is no virtual model "${old}" to rename`, { param: 'old_source' })
      if (current().all.has(source))
        refuse('conflict', `Cannot rename "${old}": "${source}" exists already`, { param: 'source' })
      users(old, 'rename')
    },
    turn(before, after, isMeant) {
      if (before?.kind === 'redirect' && after.kind === 'policy') users(before.source, 'make a policy of')
      // What is stored by that name already may be edited.
      if (before?.kind !== 'redirect' || before.source !== after.source) checkName(after)
      if (before?.kind === 'policy' && after.kind === 'redirect' && !isMeant)
        refuse(
          'conflict',
          `"${before.source}" is an access policy, which a redirect would replace: delete it first, or send "force": true or "If-Match"`,
          { param: 'source' },
        )
    },
    below(after) {
      const asked = findAskedBelow(current().all, after)
      if (asked !== undefined) refuse('invalid_value', asked, { param: 'target_model' })
      if (after.parameters === undefined) return
      const user = [...known.of(after.source)].find(name => name !== after.source)
      if (user !== undefined)
        refuse('invalid_value', sayAskedBelow(user, after.source), { param: 'parameters' })
    },
  }
}

interface Around {
  /** With the row that is to be saved. */
  readonly all: All
  /** Without it: whoever leads to it is the same, and where it leads is looked at first. */
  readonly users: Pick<Users, 'of'>
}

/** A circle, or a chain that is too long, which begins at this redirect or at somebody who leads here. */
export function findLoopAround({ all, users }: Around, source: string): string | undefined {
  const seen = new Set<string>([source])
  const open = [source]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const loop = findLoop(all, name)
    if (loop !== undefined) return loop
    for (const user of users.of(name)) {
      if (seen.has(user)) continue
      seen.add(user)
      open.push(user)
    }
  }
  return undefined
}

/** Stored and declared rows are each without circles; together they may not be. */
export function checkTogether({ all }: Snapshot, declared: All): void {
  if (declared.size === 0) return
  for (const [source, model] of all) {
    const loop = findLoop(all, source) ?? findAskedBelow(all, model)
    if (loop === undefined) continue
    const where = [...new Set([...declared.values()].map(({ declaredIn }) => declaredIn))].join(' and ')
    throw new ConfigError(`Cannot use ${where} with what is stored: ${loop}`)
  }
}
