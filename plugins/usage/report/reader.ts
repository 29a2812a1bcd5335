import type { Database } from '../../../src/database.ts'
import { Refusal, refuse } from '../../../src/errors.ts'
import type { DatabaseAddress } from '../../../src/plugin.ts'
import type { PriceRecipe } from '../../prices/model.ts'
import { loadPrice } from '../price.ts'
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
  /** Milliseconds that an answer may take. */
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
}

const DEADLINE = 20_000
/** A thread that is not needed for so long (milliseconds) gives back its memory. */
const IDLE = 60_000
/** So many questions may wait. */
const QUEUE = 64
const PATIENCE = 1000
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

/** One question at a time; one that takes too long is given up, and its thread with it. */
function createFileReader(
  { prices, spawn = spawnReader, deadline = DEADLINE }: ReaderOptions,
  address: DatabaseAddress,
): Reader {
  const waiting: Job[] = []
  let live: Live | undefined
  let running: Job | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

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
      if (born === live) drop(new Error(`The reader of usage ended: ${why}`))
    })
    thread.postMessage({ kind: 'open', address, prices: prices() })
    return born
  }

  function next(): void {
    clearTimeout(timer)
    running = waiting.shift()
    if (running === undefined) {
      timer = isClosed ? undefined : setTimeout(() => void rest(), IDLE)
      return
    }
    live ??= begin()
    timer = setTimeout(() => drop(new Refusal('invalid_request', TOO_LONG, { param: 'from' })), deadline)
    live.thread.postMessage({ kind: 'ask', about: running.about, question: running.question })
  }

  function hear(message: Exclude<FromReader, { readonly kind: 'closed' }>): void {
    const job = running
    next()
    if (message.kind === 'answer') job?.resolve(message.answer)
    else job?.reject(new Error(`Usage cannot be read: ${message.why}`))
  }

  /** The thread is of no use any more. */
  function drop(error: unknown): void {
    const [job, last] = [running, live]
    live = undefined
    last?.thread.terminate()
    next()
    job?.reject(error)
  }

  async function rest(): Promise<void> {
    const last = live
    live = undefined
    if (last === undefined) return
    last.thread.postMessage({ kind: 'close' })
    await Promise.race([last.ended, new Promise(resolve => setTimeout(resolve, PATIENCE))])
    last.thread.terminate()
  }

  return {
    ask: <K extends Kind>(about: K, question: QuestionOf<K>) => {
      if (isClosed) refuse('shutting_down', 'The gateway stops')
      if (waiting.length >= QUEUE)
        refuse('rate_limit_exceeded', 'Too many questions about usage wait already', { retryAfter: 2 })
      return new Promise<AnswerOf<K>>((resolve, reject) => {
        waiting.push({ about, question, resolve: answer => resolve(answer as AnswerOf<K>), reject })
        if (running === undefined) next()
      })
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      const left = [...(running === undefined ? [] : [running]), ...waiting.splice(0)]
      running = undefined
      for (const job of left) job.reject(new Refusal('shutting_down', 'The gateway stops'))
      await rest()
    },
  }
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
