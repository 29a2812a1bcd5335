import { reasonOf } from '../../src/base/describe.ts'
import { countOf, objectOf } from '../../src/contract/loose-json.ts'
import type { Host } from '../../src/contract/plugin.ts'
import type { JsonObject } from '../../src/types.ts'
import type { FileDesk, Thing } from '../files/model.ts'
import { messageBills } from './bill.ts'
import { isOver, places } from './fresh.ts'
import type { BatchBill } from './model.ts'
import { type Results, readResults } from './results.ts'

/** All results of a batch may take so long to arrive (milliseconds). */
const PATIENCE = 600_000
/** A provider that has no results any more will never have them again. */
const gone: ReadonlySet<number> = new Set([404, 410])

interface MessageBillsOptions {
  readonly host: Pick<Host, 'providers' | 'fetch' | 'log' | 'dialect'>
  readonly desk: Pick<FileDesk, 'book' | 'aimAt'>
  readonly tell: (bill: BatchBill) => void
}

/**
 * Anthropic tells what a batch used in its results only, a line for each request. They are read once more, by the gateway
 * itself: a client may fetch them in parts, or never. Which batches were billed is in the book.
 */
export function createMessageBills({ host, desk, tell }: MessageBillsOptions) {
  const running = new Map<string, Promise<void>>()

  async function fetchResults({ provider, id }: Thing): Promise<Response | undefined> {
    const path = `${places.anthropic.path}/${encodeURIComponent(id)}/results`
    const call = await host
      .providers()
      .get(provider)
      ?.native?.({ method: 'GET', path, query: '', headers: {} })
    if (call === undefined) return undefined
    return host.fetch(call.url, {
      method: 'GET',
      headers: { ...call.headers },
      signal: AbortSignal.timeout(PATIENCE),
    })
  }

  /** Undefined where there is nothing to read. */
  async function read(thing: Thing): Promise<Results | undefined> {
    const response = await fetchResults(thing)
    if (response === undefined || gone.has(response.status)) return undefined
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`)
    const results = await readResults(response.body, host.dialect('anthropic-messages')!)
    if (results.count < requestsIn(thing.object)) throw new Error('the results are not complete')
    return results
  }

  async function bill(thing: Thing): Promise<void> {
    const { provider, id } = thing
    try {
      const results = await read(thing)
      // Of one that may not be over nothing is missing yet.
      if (results === undefined && !isOver(thing.object)) return
      if (results === undefined)
        host.log.warn('What a batch used is not known: its results are gone', { provider, batch: id })
      // Before it is written down that it was: told twice is harmless, never is not.
      for (const one of messageBills(thing, results?.spent ?? [], desk.aimAt)) tell(one)
      await desk.book.billed(thing)
    } catch (error) {
      host.log.warn('What a batch used cannot be read: it is tried again when somebody looks after it', {
        provider,
        batch: id,
        error: reasonOf(error),
      })
    }
  }

  /**
   * Bills a batch that was not billed. Resolves when that is done, or has failed.
   *
   * @param isDue it is over; by default what the book knows of that
   */
  return (thing: Thing, isDue = isOver(thing.object)): Promise<void> => {
    const { language, provider, id, isBilled } = thing
    if (language !== 'anthropic' || isBilled || !isDue) return Promise.resolve()
    const key = `${provider}/${id}`
    const one = running.get(key) ?? bill(thing).finally(() => running.delete(key))
    running.set(key, one)
    return one
  }
}

/** How many requests it had, as the batch itself counts them. */
const requestsIn = ({ request_counts: counts }: JsonObject): number =>
  Object.values(objectOf(counts)).reduce<number>((sum, count) => sum + countOf(count), 0)

/** Bills a batch of messages that was not billed. */
export type BillMessages = ReturnType<typeof createMessageBills>
