import type { Log } from '../../src/log.ts'
import type { Filled } from './look.ts'

/** What the log was told last, by limit. */
export type Told = Map<string, { readonly end: number; readonly isReached: boolean }>

/** Writes into the log when a limit is nearly reached, and when it is: once in each window. */
export function createAlarm(log: Log, told: Told = new Map()) {
  return (alarming: readonly Filled[]): void => {
    for (const { name, per, share, member, end } of alarming) {
      const before = told.get(name)
      const isReached = share >= 1
      if (before !== undefined && before.end === end && (before.isReached || !isReached)) continue
      told.set(name, { end, isReached })
      log.warn(isReached ? 'A limit is reached' : 'A limit is nearly reached', {
        limit: name,
        per,
        used: Math.round(share * 100) / 100,
        ...(member !== null && { member }),
        until: new Date(end).toISOString(),
      })
    }
  }
}
