import { describe } from '../../src/base/describe.ts'
import { createLater } from '../../src/base/later.ts'
import type { Settled, Spent } from '../../src/exchange.ts'
import type { Log } from '../../src/log.ts'
import type { Batches } from '../batches/model.ts'
import type { UsageBook } from './model.ts'
import { toBillEvent } from './record/bill.ts'
import { type EventFacts, isRecorded, toEvent, toEvidence } from './record/event.ts'
import { toAnswerEvent } from './record/spent.ts'
import { createStrangers } from './record/strangers.ts'
import { fateIn } from './record/tuples.ts'
import type { Recorder } from './writer/recorder.ts'

/** A call waits so long (milliseconds) for others that are recorded with it, and so many go at once. */
const WAIT = 2
const MOST = 32

interface Ended {
  readonly x: Settled
  /** Milliseconds since 1970. */
  readonly endedAt: number
}

interface RecordingOptions {
  readonly ledger: Recorder
  readonly facts: EventFacts
  readonly batches: Pick<Batches, 'onBill'>
  readonly log: Log
  readonly now: () => number
}

/** Takes down what has ended: calls, a moment later and some at a time; answers of conversations; bills of batches. */
export function createRecording({ ledger, facts, batches, log, now }: RecordingOptions) {
  const admitStranger = createStrangers(log, now)
  const later = createLater({
    run({ x, endedAt }: Ended) {
      const event = toEvent(x, endedAt, facts)
      ledger.add(event, fateIn(event) === 'open' ? index => toEvidence(x, index) : undefined)
    },
    failed: error => log.error('A call could not be recorded', { error: describe(error) }),
    wait: WAIT,
    most: MOST,
  })
  batches.onBill(bill =>
    ledger.add(toBillEvent(bill, now(), name => facts.providers().get(name)?.type ?? null)),
  )
  const book: Pick<UsageBook, 'stats' | 'flush'> = {
    stats() {
      later.flush()
      return ledger.stats()
    },
    flush(patience) {
      later.flush()
      return ledger.flush(patience)
    },
  }
  return {
    ...book,
    settle(x: Settled): void {
      if (isRecorded(x) && (x.caller !== undefined || admitStranger())) later.add({ x, endedAt: now() })
    },
    spend: (spent: Spent): void => ledger.add(toAnswerEvent(spent, now(), facts)),
    close(): Promise<void> {
      later.flush()
      return ledger.close()
    },
  }
}
