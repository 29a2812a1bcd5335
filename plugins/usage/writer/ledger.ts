import type { Database, DatabaseAddress } from '../../../src/database/open.ts'
import type { Log } from '../../../src/log.ts'
import type { PriceRecipe } from '../../prices/model.ts'
import type { UsageStats } from '../model.ts'
import { loadPrice } from '../record/price.ts'
import type { Complain } from './backlog.ts'
import { type Clerk, createClerk } from './clerk.ts'
import type { FromWorker } from './messages.ts'
import { obey } from './obey.ts'
import { createRecorder, type Recorder, type Thread } from './recorder.ts'
import { openStore } from './store.ts'
import type { Threads } from './threads.ts'

export interface LedgerOptions {
  readonly config: {
    readonly spoolDir?: string | undefined
    readonly spoolLimit: number
    readonly retention: number
  }
  readonly db: Database
  readonly dbAddress: DatabaseAddress | undefined
  readonly log: Log
  readonly now: () => number
  readonly prices: () => PriceRecipe | undefined
  readonly threads: Threads
}

/** Where records go: by way of a worker and a spool, or, for a database in memory, straight into it. */
export function createLedger(options: LedgerOptions): Recorder {
  const { config, dbAddress, log, prices, threads } = options
  const { url } = dbAddress ?? { url: '' }
  return createRecorder({
    log,
    worker: () => ({
      ...dbAddress,
      url,
      folder: config.spoolDir ?? besides(url),
      limit: config.spoolLimit,
      retention: config.retention,
      prices: prices(),
    }),
    spawn: dbAddress === undefined ? () => spawnHere(options) : threads.lend,
    tally: threads.tally,
  })
}

/** The folder of the database's file; a server has none here. */
const besides = (url: string): string => {
  const folder = /^file:(?:\/\/)?(?<folder>[^?]*\/)?[^?/]*/.exec(url)?.groups?.folder
  return url.startsWith('file:') ? `${folder ?? './'}spool` : 'data/spool'
}

/** A database in memory belongs to this thread, and nothing of it outlives the process: no worker, no spool. */
function spawnHere({ db, now, prices, config }: LedgerOptions): Thread {
  let tell = (_: FromWorker) => {}
  let clerk: Promise<Clerk> | undefined
  const complain: Complain = (message, facts, isOver = false) =>
    tell({ kind: 'complain', message, facts, isOver })
  const start = async () =>
    createClerk({
      spool: undefined,
      open: async () => ({ store: openStore(db), close: () => {} }),
      price: () => loadPrice(prices(), complain),
      now,
      retention: config.retention,
      acknowledge: seqs => tell({ kind: 'acknowledge', seqs }),
      report: (stats: UsageStats) => tell({ kind: 'report', stats }),
      complain,
    })
  return {
    async postMessage(message) {
      clerk ??= start()
      await obey(await clerk, message, answer => tell(answer))
    },
    onMessage(hear) {
      tell = hear
    },
    onEnd: () => {},
    terminate: () => {},
  }
}
