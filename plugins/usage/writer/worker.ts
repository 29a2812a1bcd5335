import { openSpool, type SpoolOptions } from '../../../src/base/spool.ts'
import { loadPrice } from '../record/price.ts'
import type { Complain } from './backlog.ts'
import { type Clerk, createClerk } from './clerk.ts'
import { createConnections } from './connections.ts'
import type { Envelope, FromWorker, ToWorker, WorkerOptions } from './messages.ts'
import { obey } from './obey.ts'

/** How often the spool gives a sign of life (milliseconds). */
const TEND = 10_000

/** A clerk for each recorder. Until its spool is open, everything for it waits its turn. */
const clerks = new Map<string, Promise<Clerk>>()
const connect = createConnections()

async function start(options: WorkerOptions, tell: (message: FromWorker) => void): Promise<Clerk> {
  const { url, authToken, prices, retention } = options
  const complain: Complain = (message, facts, isOver = false) =>
    tell({ kind: 'complain', message, facts, isOver })
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
