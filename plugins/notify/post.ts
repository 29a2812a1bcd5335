import { reasonOf } from '../../src/base/describe.ts'
import type { Log } from '../../src/log.ts'
import type { Book, Row } from './book.ts'
import type { Hook, Send } from './model.ts'

/** Notices by what became of them; of all gateways that this process has had, because counters must not fall. */
export interface Tally {
  sent: number
  lost: number
}

interface PostOptions {
  readonly hooks: readonly Hook[]
  readonly book: Book
  readonly send: Send
  readonly tally: Tally
  readonly log: Log
  readonly now: () => number
}

/** Until the next try (milliseconds), after the first, the second … */
const PAUSES = [5000, 15_000, 60_000, 300_000]
/** A notice is no news after this time (milliseconds). */
const LONGEST = 3_600_000
/** Tries that are under way at the end get so long (milliseconds). */
const LAST = 1000
/** So many go to a hook in one go. */
const MOST = 50

/** Brings notices to the hooks that wait for them. They wait in the database, so a hook that is away costs no memory. */
export function createPost({ hooks, book, send, tally, log, now }: PostOptions) {
  /** Never two at once for one hook; and no hook waits for another. */
  const running = new Map<Hook, Promise<void>>()

  /** One try; false where the hook should be left alone for now. */
  async function tryOne(hook: Hook, row: Row): Promise<boolean> {
    if (!(await book.take(row, now()))) return true
    const delivery = await send(hook, row)
    if (delivery.kind === 'taken') {
      tally.sent++
      await book.end(row, { sentAt: now() })
      return true
    }
    const failed = { failure: delivery.why, failedAt: now() }
    const pause = PAUSES[Math.min(row.tries, PAUSES.length - 1)]!
    if (delivery.kind === 'again' && now() + pause < row.at + LONGEST) {
      await book.end(row, { ...failed, nextAt: now() + pause })
      return false
    }
    tally.lost++
    const { type, key } = row.content
    log.error('A notice could not be told', { host: hook.host, type, key, why: delivery.why })
    await book.end(row, failed)
    return true
  }

  async function tell(hook: Hook): Promise<void> {
    for (let count = 0; count < MOST; count++) {
      const row = await book.oldest(hook.id)
      if (row === undefined || row.nextAt! > now() || !(await tryOne(hook, row))) return
    }
  }

  /** What is left undone is still in the database, and the look that comes next says if that is away. */
  const begin = async (hook: Hook): Promise<void> => {
    try {
      await tell(hook)
    } catch (error) {
      log.debug('Notices wait', { host: hook.host, error: reasonOf(error) })
    } finally {
      running.delete(hook)
    }
  }

  return {
    /** Begins to bring what is due. */
    run(): void {
      for (const hook of hooks) if (!running.has(hook)) running.set(hook, begin(hook))
    },
    /** Resolves when no try is under way, or none that ends soon: what a hook did not answer is brought again. */
    async idle(): Promise<void> {
      let timer: ReturnType<typeof setTimeout> | undefined
      const late = new Promise(resolve => {
        timer = setTimeout(resolve, LAST)
      })
      await Promise.race([Promise.all(running.values()), late])
      clearTimeout(timer)
    },
  }
}
