import { reasonOf } from '../../../src/base/describe.ts'
import type { Lines } from '../../../src/base/spool.ts'
import type { UsageStats } from '../model.ts'
import { estimate } from '../record/estimate.ts'
import { type Batch, type Line, type Price, toLines, VERSION } from '../record/record.ts'
import type { Evidence } from '../record/tuples.ts'
import { type BacklogOptions, createBacklog } from './backlog.ts'
import type { Connection } from './connections.ts'

/** Calls on their way to the clerk: events as JSON, and what estimates are made from. */
export interface Delivery {
  /** Counts the deliveries of one recorder. */
  readonly seq: number
  /** JSON of a list of `CallEvent`. */
  readonly events: string
  readonly count: number
  readonly evidence: readonly Evidence[]
}

export interface Clerk {
  take(delivery: Delivery): void
  /** Resolves when everything taken until now is in the database. */
  drain(): Promise<void>
  /** Prices the records of a period anew; returns how many cost something else now. */
  reprice(from: number, to: number): Promise<number>
  /** Every few seconds: a sign of life, and old records are forgotten. */
  tend(): Promise<void>
  /** Ends after the write under way; what is not written stays in the spool. */
  close(): Promise<void>
}

export interface ClerkOptions extends BacklogOptions {
  /** Opens the database anew: a connection that failed once may fail for ever. */
  readonly open: () => Promise<Connection>
  /** Loads the prices; asked when the first record is written. */
  readonly price: () => Promise<Price>
  readonly now: () => number
  /** Milliseconds; 0 keeps records for ever. */
  readonly retention: number
  readonly report: (stats: UsageStats) => void
}

/** So much goes into one transaction (bytes). */
const CHUNK = 256 * 1024
/** Records wait so long (milliseconds) for others that are written with them. */
const GATHER = 150
/** More calls a second than this are busy times: then writing takes so much of a thread, and the rest waits in the spool … */
const BUSY = 1000
const SHARE = 0.03
/** … unless so much waits already (bytes). */
const MUCH = 32 * 1024 * 1024
/** … and a write that had to wait for others is no reason to wait for longer than this (milliseconds). */
const LONGEST_REST = 3000
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5000
/** So many times in a row old records are deleted. */
const FORGET = 20

/**
 * Takes what was settled, has it on disk within a moment, and writes it to the database when that is ready. Everything
 * is written from the backlog, in good times and after bad ones alike.
 */
export function createClerk(options: ClerkOptions): Clerk {
  const { complain, report } = options
  const backlog = createBacklog({ ...options, changed: () => report(stats()) })
  let opened: Connection | undefined
  let [taken, waiting, written] = [0, 0, 0]
  let price: Price | undefined
  let trouble: string | null = null
  let isClosed = false
  let rouse = () => {}
  let hurry = () => {}
  const drained: (() => void)[] = []

  const stats = (): UsageStats => ({
    waiting: Math.max(0, waiting - backlog.lost()),
    spooled: backlog.size(),
    written,
    lost: backlog.lost(),
    trouble,
  })

  async function write({ lines, torn, done }: Lines, { store }: Connection, price: Price): Promise<void> {
    const read = lines.map(line => readLine(line, price))
    written += await store.write(read.flatMap(({ lines }) => lines))
    done()
    waiting -= read.reduce((sum, { count }) => sum + count, 0)
    const unread = torn + read.filter(({ count }) => count === 0).length
    if (unread > 0) complain('Lines of the usage spool are damaged and were left out', { lines: unread })
  }

  /** One write after the other; one that fails is tried again, later and later. */
  async function work(): Promise<void> {
    for (let pause = FIRST_PAUSE; !isClosed; ) {
      const found = backlog.next(CHUNK)
      if (found === undefined) {
        waiting = 0
        for (const tell of drained.splice(0)) tell()
        await roused()
        await rest(GATHER)
        continue
      }
      try {
        opened ??= await options.open()
        price ??= await options.price()
        const began = performance.now()
        await write(found, opened, price)
        if (trouble !== null) complain('Usage records are written again', { ...stats(), trouble: null }, true)
        trouble = null
        pause = FIRST_PAUSE
        report(stats())
        await rest(pauseAfter(performance.now() - began))
      } catch (error) {
        stumble(error)
        await rest(pause, true)
        pause = Math.min(pause * 2, LONGEST_PAUSE)
      }
    }
  }

  function stumble(error: unknown): void {
    opened?.close(true)
    opened = undefined
    const isNew = trouble === null
    trouble = reasonOf(error)
    if (isNew) complain('Usage records cannot be written, they wait in the spool', { ...stats() })
    report(stats())
  }

  /** Milliseconds to leave the processor, and the database, to the calls. */
  let since = performance.now()
  function pauseAfter(took: number): number {
    const now = performance.now()
    const rate = (taken / Math.max(1, now - since)) * 1000
    ;[taken, since] = [0, now]
    if (rate > BUSY && backlog.size() < MUCH) return Math.min(took / SHARE - took, LONGEST_REST)
    return backlog.size() < CHUNK ? GATHER : 0
  }

  /** Until something arrives. */
  const roused = () =>
    new Promise<void>(resolve => {
      if (isClosed) return resolve()
      rouse = hurry = resolve
    })

  /** A pause. Who waits for the end may cut it short, unless it is there to spare a database in trouble. */
  const rest = (ms: number, isFirm = false) =>
    new Promise<void>(resolve => {
      const timer = setTimeout(resolve, isClosed || (drained.length > 0 && !isFirm) ? 0 : ms)
      hurry = () => {
        if (isFirm && !isClosed) return
        clearTimeout(timer)
        resolve()
      }
    })

  const working = work()

  return {
    take({ seq, events, count, evidence }) {
      const estimates = Object.fromEntries(evidence.flatMap(found => tryEstimate(found)))
      backlog.take({ seq, count, line: `[${VERSION},${events},${JSON.stringify(estimates)}]` })
      waiting += count
      taken += count
      rouse()
      if (backlog.size() >= MUCH) hurry()
    },
    drain: () =>
      new Promise(resolve => {
        drained.push(resolve)
        hurry()
      }),
    async reprice(from, to) {
      opened ??= await options.open()
      price ??= await options.price()
      return opened.store.reprice(price, from, to)
    },
    async tend() {
      backlog.beat()
      rouse()
      for (let i = 0; i < FORGET && options.retention > 0 && opened !== undefined && !isClosed; i++) {
        const isMore = await opened.store.forget(options.now() - options.retention).catch(() => false)
        if (!isMore) return
        await new Promise(resolve => setTimeout(resolve, GATHER))
      }
    },
    async close() {
      isClosed = true
      hurry()
      await working
      backlog.close()
      opened?.close()
      report(stats())
    },
  }
}

/** What somebody wrote may be anything; where it cannot be read, the record says that nothing is known. */
function tryEstimate(evidence: Evidence): [number, ReturnType<typeof estimate>][] {
  try {
    return [[evidence.index, estimate(evidence)]]
  } catch {
    return []
  }
}

/** The records of one line; none where it is of another version, or nonsense. */
function readLine(text: string, price: Price): { readonly lines: readonly Line[]; readonly count: number } {
  try {
    const batch = JSON.parse(text) as Batch
    return batch[0] === VERSION ? { lines: toLines(batch, price), count: batch[1].length } : NONE
  } catch {
    return NONE
  }
}

const NONE = { lines: [], count: 0 }
