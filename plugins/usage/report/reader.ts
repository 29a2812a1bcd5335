import type { Database, DatabaseAddress } from '../../../src/database/open.ts'
import { Refusal, refuse } from '../../../src/errors.ts'
import type { PriceRecipe } from '../../prices/model.ts'
import { loadPrice } from '../record/price.ts'
import { type AnswerOf, type Ask, answerHere, type Kind, type QuestionOf } from './answers.ts'
import type { FromReader, ToReader } from './reader-worker.ts'

/** The part of a web `Worker` that is used. */
export interface ReaderThread {
  postMessage(message: ToReader): void
  onMessage(hear: (message: FromReader) => void): void
  /** It ended, whether or not it was meant to. */
  onEnd(hear: (why: string) => void): void
  terminate(): void
}

export interface ReaderOptions {
  readonly db: Database
  /** Absent where the database is in memory. */
  readonly dbAddress?: DatabaseAddress | undefined
  readonly prices: () => PriceRecipe | undefined
  readonly spawn?: () => ReaderThread
  /** Milliseconds that an answer may take, with the time in the queue. */
  readonly deadline?: number
}

export interface Reader {
  readonly ask: Ask
  close(): Promise<void>
}

interface Job {
  readonly about: Kind
  readonly question: unknown
  resolve(answer: unknown): void
  reject(error: unknown): void
  readonly timer: ReturnType<typeof setTimeout>
}

const DEADLINE = 20_000
/** A thread that is not needed for so long (milliseconds) gives back its memory. */
const IDLE = 60_000
/** So many questions may wait. */
const QUEUE = 64
const PATIENCE = 1000
const BUSY = 'The reader of usage is busy: ask again in a moment'
const TOO_LONG = 'Field "from": to look through this takes too long, choose a shorter period'

/**
 * Answers questions. To look through a local file stops the thread that does it, and the calls of models must not
 * notice: so a thread of its own does. Memory belongs to this one, and a server far away stops nobody.
 */
export function createReader(options: ReaderOptions): Reader {
  const { db, dbAddress, prices } = options
  if (dbAddress?.url.startsWith('file:')) return createFileReader(options, dbAddress)
  let price: ReturnType<typeof loadPrice> | undefined
  const ask = answerHere({ db, price: () => (price ??= loadPrice(prices(), () => {})) })
  return { ask, close: async () => {} }
}

interface Live {
  readonly thread: ReaderThread
  readonly ended: Promise<void>
}

/**
 * One question at a time. Who waits too long is sent away; the thread goes on, because to end one in the middle of a
 * statement would end the process. So questions must be ones that end.
 */
function createFileReader(
  { prices, spawn = spawnReader, deadline = DEADLINE }: ReaderOptions,
  address: DatabaseAddress,
): Reader {
  const waiting: Job[] = []
  let live: Live | undefined
  let running: Job | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false
  let whenFree = () => {}

  function begin(): Live {
    const thread = spawn()
    let done = () => {}
    const born: Live = {
      thread,
      ended: new Promise<void>(resolve => {
        done = resolve
      }),
    }
    thread.onMessage(message => {
      if (message.kind === 'closed') done()
      else if (born === live) hear(message)
    })
    thread.onEnd(why => {
      done()
      if (born !== live) return
      live = undefined
      finish().reject(new Error(`The reader of usage ended: ${why}`))
    })
    thread.postMessage({ kind: 'open', address, prices: prices() })
    return born
  }

  function next(): void {
    clearTimeout(timer)
    running = waiting.shift()
    if (running === undefined) {
      whenFree()
      timer = isClosed ? undefined : setTimeout(() => void rest(), IDLE)
      return
    }
    live ??= begin()
    live.thread.postMessage({ kind: 'ask', about: running.about, question: running.question })
  }

  /** The question under way is answered; the next one begins. */
  function finish(): Pick<Job, 'resolve' | 'reject'> {
    const job = running
    clearTimeout(job?.timer)
    next()
    return job ?? { resolve: () => {}, reject: () => {} }
  }

  function hear(message: Exclude<FromReader, { readonly kind: 'closed' }>): void {
    if (message.kind === 'answer') finish().resolve(message.answer)
    else finish().reject(new Error(`Usage cannot be read: ${message.why}`))
  }

  function giveUp(job: Job): void {
    const place = waiting.indexOf(job)
    if (place >= 0) waiting.splice(place, 1)
    job.reject(
      place < 0
        ? new Refusal('invalid_request', TOO_LONG, { param: 'from' })
        : new Refusal('rate_limit_exceeded', BUSY, { retryAfter: 5 }),
    )
  }

  async function rest(): Promise<void> {
    const last = live
    live = undefined
    if (last === undefined) return
    last.thread.postMessage({ kind: 'close' })
    if (await within(PATIENCE, last.ended)) last.thread.terminate()
  }

  return {
    ask: <K extends Kind>(about: K, question: QuestionOf<K>) => {
      if (isClosed) refuse('shutting_down', 'The gateway stops')
      if (waiting.length >= QUEUE) refuse('rate_limit_exceeded', BUSY, { retryAfter: 5 })
      return new Promise<AnswerOf<K>>((resolve, reject) => {
        const job: Job = {
          about,
          question,
          resolve: answer => resolve(answer as AnswerOf<K>),
          reject,
          timer: setTimeout(() => giveUp(job), deadline),
        }
        waiting.push(job)
        if (running === undefined) next()
      })
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      for (const job of [...(running === undefined ? [] : [running]), ...waiting.splice(0)]) {
        clearTimeout(job.timer)
        job.reject(new Refusal('shutting_down', 'The gateway stops'))
      }
      const free = new Promise<void>(resolve => {
        whenFree = resolve
      })
      if (running === undefined || (await within(PATIENCE, free))) await rest()
    },
  }
}

/** Whether something happened before so many milliseconds were over. */
async function within(ms: number, event: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>(resolve => {
    timer = setTimeout(() => resolve(false), ms)
  })
  return Promise.race([event.then(() => true), late]).finally(() => clearTimeout(timer))
}

function spawnReader(): ReaderThread {
  const worker = new Worker(new URL('./reader-worker.ts', import.meta.url).href, { name: 'usage reader' })
  return {
    postMessage: message => worker.postMessage(message),
    onMessage: hear => worker.addEventListener('message', ({ data }: MessageEvent<FromReader>) => hear(data)),
    onEnd(hear) {
      worker.addEventListener('error', ({ message }) => hear(message))
      worker.addEventListener('close', () => hear('it closed'))
    },
    terminate: () => worker.terminate(),
  }
}
