import type { Tick } from '../../../src/contract/ticks.ts'
import type { Redis } from '../../redis/model.ts'
import type { Limit } from '../model.ts'
import { type Counter, createLocal } from './counter.ts'
import type { Ledger } from './ledger.ts'
import type { Place } from './pot.ts'
import { createShared } from './shared.ts'

/** How often Redis is told that this gateway is still there, and tells of others (milliseconds). */
const BEAT = 1000

/** Who counts: this gateway for itself, or all that share a Redis together. */
export interface Sharing {
  readonly counter: Counter
  /** Counts together with the others from now on, where Redis is there. */
  begin(): Promise<void>
  /** Limits that are no more. */
  forget(places: readonly Place[]): Promise<void>
  /** What calls still hold here is somebody else's to tell from now on. */
  end(): Promise<void>
  ticks(list: () => readonly Limit[]): readonly Tick[]
}

interface SharingOptions {
  readonly ledger: Ledger
  readonly now: () => number
  /** While Redis is away calls that a limit speaks of are refused, instead of counted here alone. */
  readonly isStrict: boolean
  /** Until then another gateway may count in the same ledger. */
  readonly isStarted: () => boolean
}

export function openSharing({ connection, prefix }: Redis, options: SharingOptions): Sharing {
  const { ledger, now, isStrict, isStarted } = options
  if (connection === undefined) return countAlone(ledger)
  const shared = createShared({ ledger, connection, prefix, now, isStrict })
  connection.serve({
    meanwhile: isStrict
      ? 'calls that a limit speaks of are refused'
      : 'each gateway counts limits for itself',
    isNeeded: isStrict,
    async begin() {
      // Another gateway may count in the same ledger: the one before this, or the one behind.
      if (isStarted() && !ledger.isReflected()) await shared.begin()
    },
    lost: shared.lost,
  })
  return {
    counter: shared.counter,
    async begin() {
      if (connection.isUp()) await shared.begin()
    },
    forget: shared.forget,
    end: shared.end,
    ticks: list => [{ every: BEAT, run: () => shared.beat(list()) }],
  }
}

const nothing = async () => {}

const countAlone = (ledger: Ledger): Sharing => ({
  counter: createLocal(ledger),
  begin: nothing,
  forget: nothing,
  end: nothing,
  ticks: () => [],
})
