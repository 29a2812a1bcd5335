import { describe } from '../../src/base/describe.ts'
import type { Host } from '../../src/contract/plugin.ts'
import { Refusal } from '../../src/errors.ts'
import type { Hearing, Settled } from '../../src/exchange.ts'
import type { Caller, Target } from '../../src/types.ts'
import type { Drops } from './drops.ts'
import type { Overhear } from './model.ts'

export interface CopiesOptions extends Pick<Host, 'copy' | 'log' | 'now'> {
  /** So many are under way at once. */
  readonly most: number
  /** Milliseconds. */
  readonly deadline: number
  readonly drops: Drops
  /** Whichever configuration began them. */
  readonly under: Under
  readonly overhear: Overhear
  /** From 0 up to 1, and never 1. */
  readonly random: () => number
}

export interface Copies {
  /** Sends a copy of so many of the calls that it is offered. Never waits, never throws. */
  offer(x: Settled, target: Target, share: number): void
}

/** Copies under way. */
export interface Under {
  count: number
}

/** Who stands in the records of copies: the operator pays, and no caller's sums have them. */
const MIRROR: Caller = { kind: 'key', id: 'mirror', name: 'Mirror', subPaths: false, labels: {} }
/** The log is told so often (milliseconds) that copies are left out. */
const AGAIN = 60_000

export function createCopies(options: CopiesOptions): Copies {
  const { copy, log, now, most, deadline, drops, under, overhear, random } = options
  let toldAt = Number.NEGATIVE_INFINITY

  function drop(source: string): void {
    const dropped = drops.add(source)
    if (now() - toldAt < AGAIN) return
    toldAt = now()
    log.warn('Copies of calls are left out: as many as MIRROR_CONCURRENCY allows are under way', {
      virtual_model: source,
      most,
      dropped,
    })
  }

  async function send(x: Settled, target: Target): Promise<void> {
    try {
      const hear: Hearing = copy => overhear(copy, x)
      await copy(x, { target, caller: MIRROR, userPath: '/', deadline, hear })
    } catch (error) {
      if (!(error instanceof Refusal))
        log.error('The copy of a call failed', { id: x.id, error: describe(error) })
    } finally {
      under.count--
    }
  }

  return {
    offer(x, target, share) {
      if (random() >= share) return
      if (under.count >= most) return drop(target.via[0]!.source)
      under.count++
      // A whole answer has not gone out yet: its caller goes first.
      setTimeout(() => void send(x, target), 0)
    },
  }
}
