import type { Log } from '../../../src/log.ts'
import type { UsageBook, UsageStats } from '../model.ts'
import type { CallEvent, Evidence } from '../record/tuples.ts'
import type { Delivery } from './clerk.ts'
import type { FromWorker, ToWorker, WorkerOptions } from './messages.ts'

/** Hands settled calls to a worker thread, and keeps them until the worker has them on disk. */
export interface Recorder extends UsageBook {
  /** Costs the caller a push. `evidence` where an estimate is due. */
  add(event: CallEvent, evidence?: (index: number) => Evidence): void
  /** Starts the worker, if it does not run yet: what earlier processes left in the spool is written. */
  start(): void
  /** Writes what can be written within `patience` (ms); the rest stays in the spool. */
  close(patience?: number): Promise<void>
}

/** The part of a web `Worker` that is used. */
export interface Thread {
  postMessage(message: ToWorker): void
  onMessage(hear: (message: FromWorker) => void): void
  /** It ended, whether or not it was meant to. */
  onEnd(hear: (why: string) => void): void
  terminate(): void
}

export interface RecorderOptions {
  /** Asked when a worker is started. */
  readonly worker: () => Omit<WorkerOptions, 'owner' | 'origin'>
  readonly spawn: (owner: string) => Thread
  /** What this recorder has written and lost is added to it. */
  readonly tally: { written: number; lost: number }
  readonly log: Log
}

/** Events wait so long (milliseconds) for others that are sent with them, and so many go at once. */
const FLUSH = 50
const BATCH = 256
/** So much is kept for a worker that does not answer (characters). */
const MEMORY = 64 * 1024 * 1024
/** Pause before a worker that ended is replaced (milliseconds). */
const RESTART = 250
const LONGEST_RESTART = 10_000
const PATIENCE = 5000

export function createRecorder({ worker, spawn, tally, log }: RecorderOptions): Recorder {
  const owner = crypto.randomUUID()
  const origin = Math.round(performance.timeOrigin)
  const sent = new Map<number, Delivery>()
  let sentSize = 0
  let pending: CallEvent[] = []
  let evidence: Evidence[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let thread: Thread | undefined
  let pause = RESTART
  let [seq, turn] = [0, 0]
  let isClosed = false
  let told: UsageStats = { waiting: 0, spooled: 0, written: 0, lost: 0, trouble: null }
  const drains = new Map<number, () => void>()
  const repricings = new Map<number, (changed: number | undefined) => void>()
  let ended = () => {}

  function start(): void {
    if (thread !== undefined || isClosed) return
    const born = spawn(owner)
    thread = born
    born.onMessage(message => hear(message))
    born.onEnd(why => restart(born, why))
    born.postMessage({ kind: 'start', ...worker(), owner, origin })
    for (const delivery of sent.values()) born.postMessage({ kind: 'take', delivery })
    for (const turn of drains.keys()) born.postMessage({ kind: 'drain', turn })
  }

  function restart(dead: Thread, why: string): void {
    if (dead !== thread) return
    thread = undefined
    for (const turn of [...repricings.keys()]) answer(turn, undefined)
    told = { ...told, written: 0, lost: 0 }
    ended()
    if (isClosed) return
    log.error('The usage worker ended: a new one takes over', { why })
    setTimeout(start, pause)
    pause = Math.min(pause * 2, LONGEST_RESTART)
  }

  function hear(message: FromWorker): void {
    if (message.kind === 'acknowledge') forget(message.seqs)
    else if (message.kind === 'report') learn(message.stats)
    else if (message.kind === 'complain')
      log[message.isOver ? 'info' : 'error'](message.message, message.facts)
    else if (message.kind === 'drained') settle(message.turn)
    else if (message.kind === 'repriced') answer(message.turn, message.changed)
    else ended()
  }

  /** A worker counts from when it began. */
  function learn(stats: UsageStats): void {
    tally.written += stats.written - told.written
    tally.lost += stats.lost - told.lost
    told = stats
  }

  function forget(seqs: readonly number[]): void {
    pause = RESTART
    for (const seq of seqs) {
      sentSize -= sent.get(seq)?.events.length ?? 0
      sent.delete(seq)
    }
  }

  function settle(turn: number): void {
    drains.get(turn)?.()
    drains.delete(turn)
  }

  function answer(turn: number, changed: number | undefined): void {
    repricings.get(turn)?.(changed)
    repricings.delete(turn)
  }

  function send(): void {
    clearTimeout(timer)
    timer = undefined
    if (pending.length === 0) return
    start()
    const delivery: Delivery = {
      seq: seq++,
      events: JSON.stringify(pending),
      count: pending.length,
      evidence,
    }
    pending = []
    evidence = []
    sent.set(delivery.seq, delivery)
    sentSize += delivery.events.length
    if (sentSize > MEMORY) giveUp()
    thread?.postMessage({ kind: 'take', delivery })
  }

  /** The oldest are not kept any longer. A worker that has them may still write them. */
  function giveUp(): void {
    for (const { seq, count } of sent.values()) {
      if (sentSize <= MEMORY) return
      if (thread === undefined) tally.lost += count
      forget([seq])
    }
    log.error('Usage records are lost: the worker does not take them', { lost: tally.lost })
  }

  function drain(): Promise<void> {
    send()
    if (thread === undefined && sent.size === 0) return Promise.resolve()
    return new Promise(resolve => {
      drains.set(++turn, resolve)
      thread?.postMessage({ kind: 'drain', turn })
    })
  }

  return {
    add(event, toEvidence) {
      if (toEvidence !== undefined) evidence.push(toEvidence(pending.length))
      if (pending.push(event) >= BATCH) send()
      else timer ??= setTimeout(send, FLUSH)
    },
    start,
    stats: () => ({
      ...told,
      waiting: told.waiting + pending.length + (thread === undefined ? countOf(sent) : 0),
      ...tally,
    }),
    flush: (patience = PATIENCE) => within(patience, drain()),
    async reprice(from, to) {
      start()
      const changed = await new Promise<number | undefined>(resolve => {
        repricings.set(++turn, resolve)
        thread?.postMessage({ kind: 'reprice', turn, from, to })
      })
      if (changed === undefined) throw new Error('The records could not be priced anew')
      return changed
    },
    async close(patience = PATIENCE) {
      send()
      isClosed = true
      if (thread === undefined) return
      const end = new Promise<void>(resolve => {
        ended = resolve
      })
      thread.postMessage({ kind: 'close', patience })
      // A worker that hangs must not hold up the end; what it has is on disk.
      if (!(await within(patience + PATIENCE, end))) log.error('The usage worker did not end in time')
      for (const turn of [...repricings.keys()]) answer(turn, undefined)
      const last = thread
      thread = undefined
      last?.terminate()
    },
  }
}

const countOf = (sent: ReadonlyMap<number, Delivery>): number =>
  [...sent.values()].reduce((sum, { count }) => sum + count, 0)

/** Whether the work was done before so many milliseconds were over. */
function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>(resolve => {
    timer = setTimeout(() => resolve(false), ms)
  })
  return Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer))
}
