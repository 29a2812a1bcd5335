import { openSpool, type SpoolOptions } from '../../../src/base/spool.ts'
import type { PriceRecipe } from '../../prices/model.ts'
import type { UsageStats } from '../model.ts'
import { loadPrice } from '../record/price.ts'
import { type Clerk, createClerk, type Delivery } from './clerk.ts'
import { createConnections } from './connections.ts'
import { obey } from './obey.ts'
import type { Envelope } from './threads.ts'

/** What the worker is told. */
export type ToWorker =
  | ({ readonly kind: 'start' } & WorkerOptions)
  | { readonly kind: 'take'; readonly delivery: Delivery }
  /** Answered with `drained`. */
  | { readonly kind: 'drain'; readonly turn: number }
  /** Answered with `repriced`. */
  | { readonly kind: 'reprice'; readonly turn: number; readonly from: number; readonly to: number }
  /** Write what can be written within so many milliseconds, then end. Answered with `closed`. */
  | { readonly kind: 'close'; readonly patience: number }

/** What the worker tells. */
export type FromWorker =
  | { readonly kind: 'acknowledge'; readonly seqs: readonly number[] }
  | { readonly kind: 'report'; readonly stats: UsageStats }
  | { readonly kind: 'complain'; readonly message: string; readonly facts: Readonly<Record<string, unknown>> }
  | { readonly kind: 'drained'; readonly turn: number }
  /** Without `changed` it failed. */
  | { readonly kind: 'repriced'; readonly turn: number; readonly changed?: number }
  | { readonly kind: 'closed' }

export interface WorkerOptions {
  readonly url: string
  readonly authToken?: string
  readonly folder: string
  /** Bytes. */
  readonly limit: number
  readonly owner: string
  readonly origin: number
  readonly retention: number
  readonly prices: PriceRecipe | undefined
}

/** How often the spool gives a sign of life (milliseconds). */
const TEND = 10_000

/** A clerk for each recorder. Until its spool is open, everything for it waits its turn. */
const clerks = new Map<string, Promise<Clerk>>()
const connect = createConnections()

async function start(options: WorkerOptions, tell: (message: FromWorker) => void): Promise<Clerk> {
  const { url, authToken, prices, retention } = options
  const complain = (message: string, facts: Readonly<Record<string, unknown>>) =>
    tell({ kind: 'complain', message, facts })
  const clerk = createClerk({
    spool: tryOpen(options, complain),
    open: () => connect(url, authToken),
    price: () => loadPrice(prices, complain),
    now: Date.now,
    retention,
    acknowledge: seqs => tell({ kind: 'acknowledge', seqs }),
    report: stats => tell({ kind: 'report', stats }),
    complain,
  })
  const tending = setInterval(() => void clerk.tend(), TEND)
  return {
    ...clerk,
    close() {
      clearInterval(tending)
      clerks.delete(options.owner)
      return clerk.close()
    },
  }
}

/** Without a folder records wait in memory; they are written all the same. */
function tryOpen(options: SpoolOptions, complain: (message: string, facts: { error: string }) => void) {
  try {
    return openSpool(options)
  } catch (error) {
    complain(`Cannot use "${options.folder}" as usage spool: records wait in memory`, {
      error: String(error),
    })
    return undefined
  }
}

self.onmessage = async ({ data: { owner, message } }: MessageEvent<Envelope<ToWorker>>) => {
  const tell = (answer: FromWorker) => postMessage({ owner, message: answer } satisfies Envelope<FromWorker>)
  if (message.kind === 'start') clerks.set(owner, start(message, tell))
  const clerk = await clerks.get(owner)
  if (clerk !== undefined) await obey(clerk, message, tell)
}
