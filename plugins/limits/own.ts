import type { Scoped } from '../../src/exchange.ts'
import type { Counter } from './counting/counter.ts'
import type { Pot } from './counting/pot.ts'
import type { Limit } from './model.ts'
import { memberOf } from './rules/rules.ts'
import type { LimitStore } from './rules/store.ts'

/** A limit, and the room in it that is a caller's. */
export interface OwnLimit {
  readonly limit: Limit
  readonly pot: Pot
}

/** The limits that hold where a caller stands, sorted by name. */
export type OwnLimits = (x: Scoped) => Promise<readonly OwnLimit[]>

export const createOwnLimits =
  (store: LimitStore, counter: Pick<Counter, 'look'>): OwnLimits =>
  async x => {
    const own = [...store.rules().at(x.userPath), ...store.toolRules().at(x.userPath)].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )
    const pots = await counter.look(own.map(limit => ({ limit, member: memberOf(limit, x) })))
    return own.map((limit, i) => ({ limit, pot: pots[i]! }))
  }
