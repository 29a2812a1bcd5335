import { describe } from '../base/describe.ts'
import type { Hooks } from '../contract/plugin.ts'
import type { Exchange, Release, Spent } from '../exchange.ts'
import { all, blamed, type HookTable } from '../hooks.ts'
import type { Log } from '../log.ts'

export interface SettlingOptions {
  readonly hooks: HookTable
  readonly log: Log
  /** The exchange is over. */
  readonly leave: (x: Exchange) => void
}

/** The end of an exchange, and of each answer of a conversation: room is given back, and plugins hear what it was. */
export function createSettling({ hooks, log, leave }: SettlingOptions) {
  function settle(x: Exchange): void {
    if (x.settled) return
    x.settled = true
    x.connection.expectReading()
    x.totalMs = performance.now() - x.startedAt
    for (const release of x.releases) giveBack(x, release)
    leave(x)
    if (x.refusal?.code === 'internal_error') {
      const { cause } = x.refusal
      log.error('A request failed because of a bug', { id: x.id, ...blamed(cause), error: describe(cause) })
    }
    all(hooks.settle, x, (error, plugin) => report(x, error, { plugin, place: 'settle' }))
  }

  const spend = (spent: Spent): void =>
    all(hooks.spend, spent, (error, plugin) => report(spent.x, error, { plugin, place: 'spend' }))

  const report = ({ id }: Pick<Exchange, 'id'>, error: unknown, { plugin, place }: Place): void =>
    log.error(`Plugin "${plugin}" failed in "${place}"`, { id, plugin, place, error: describe(error) })

  function giveBack(x: Exchange, { plugin, run }: Release): void {
    try {
      run()
    } catch (error) {
      log.error(`Plugin "${plugin}" failed to give back what it took`, {
        id: x.id,
        plugin,
        place: 'admit',
        error: describe(error),
      })
    }
  }

  return { settle, spend }
}

interface Place {
  readonly plugin: string
  readonly place: keyof Hooks
}
