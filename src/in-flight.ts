import { Refusal, refuse } from './errors.ts'
import { cutShort, type Exchange } from './exchange.ts'

/** The exchanges under way: who is late, and how the gateway stops without cutting anybody. */
export interface InFlight {
  /** Refuses while the gateway is stopping. */
  enter(x: Exchange): void
  leave(x: Exchange): void
  isStopping(): boolean
  /** No new work from now on, and no more of what nobody waits for; resolves when the last exchange has left, after `deadline` ms at the latest. Who is in more of a hurry may call it again. */
  stop(deadline: number): Promise<void>
}

/** How exact deadlines are (milliseconds). */
const SWEEP = 100
/** A stream that was cut at the end still has to write its last event (milliseconds). */
const LAST_WORDS = 2000
/** A timer of the runtime that is set for longer is over at once; whoever says a month gets three weeks and a half. */
const LONGEST = 2 ** 31 - 1 - LAST_WORDS

/** `pingEvery`: a client that waits for a stream hears something at least so often (milliseconds). */
export function createInFlight(pingEvery: number): InFlight {
  // Slots, not a Set: the buckets of a Set that lives for ever tie each request to the next one, and the collector
  // then keeps them all until its rare full run. Measured: 30 MB and a tenth of the requests per second.
  const slots: (Exchange | undefined)[] = []
  const free: number[] = []
  let count = 0
  let isStopping = false
  const whenEmpty: (() => void)[] = []

  // One timer for all requests, not one for each: there may be thousands, and hardly any is ever late.
  const sweep = setInterval(() => {
    const now = performance.now()
    for (const x of slots) {
      if (x === undefined) continue
      if ((x.attemptDeadline ?? now) < now) x.abort.abort(new Refusal('upstream_timeout', LATE))
      if (x.onQuiet !== undefined && now - x.quietSince >= pingEvery) {
        x.quietSince = now
        x.onQuiet()
      }
    }
  }, SWEEP)

  return {
    enter(x) {
      if (isStopping) refuse('shutting_down', 'The gateway is stopping: try again', { retryAfter: 1 })
      count++
      x.slot = free.pop() ?? slots.length
      slots[x.slot] = x
    },
    leave(x) {
      if (x.slot < 0) return
      slots[x.slot] = undefined
      free.push(x.slot)
      x.slot = -1
      if (--count === 0) for (const tell of whenEmpty) tell()
    },
    isStopping: () => isStopping,
    async stop(deadline) {
      isStopping = true
      for (const x of slots) if (x?.copyOf !== undefined) cutShort(x, new Refusal('client_closed', UNHEARD))
      if (count > 0) {
        const patience = Math.min(deadline, LONGEST)
        const left = new Promise<void>(resolve => {
          whenEmpty.push(resolve)
        })
        const late = setTimeout(() => {
          for (const x of slots) if (x) cutShort(x, new Refusal('shutting_down', CUT))
        }, patience)
        let tooLate: ReturnType<typeof setTimeout> | undefined
        const given = new Promise(resolve => {
          tooLate = setTimeout(resolve, patience + LAST_WORDS)
        })
        await Promise.race([left, given])
        clearTimeout(late)
        clearTimeout(tooLate)
      }
      clearInterval(sweep)
    },
  }
}

const CUT = 'The gateway stopped before the answer was complete'
const UNHEARD = 'The gateway stops, and nobody waits for the copy of a call'
const LATE = 'The provider did not begin to answer in time'
