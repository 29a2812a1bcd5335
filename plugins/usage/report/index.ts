import type { Api } from '../../../src/contract/api.ts'
import type { Host } from '../../../src/contract/plugin.ts'
import type { Prices } from '../../prices/model.ts'
import type { VirtualModels } from '../../virtual-models/model.ts'
import type { UsageBook } from '../model.ts'
import type { Ask } from './answers.ts'
import { createCallerApi } from './caller-api.ts'
import { createCompareApi } from './compare-api.ts'
import { createForecastApi } from './forecast-api.ts'
import { createLogApi } from './log-api.ts'
import { type Clock, keptSince } from './period.ts'
import { createReader } from './reader.ts'
import { createRecomputeApi } from './recompute.ts'
import type { Repricing } from './repricing.ts'
import { createUsageApi } from './usage-api.ts'

export interface ReportDeps extends Pick<Host, 'db' | 'now' | 'log' | 'providers'> {
  readonly dbAddress: Host['dbAddress'] | undefined
  readonly prices: Prices['recipe']
  readonly virtual: Pick<VirtualModels, 'view'>
  readonly reprice: UsageBook['reprice']
  readonly repricing: Repricing
  /** Milliseconds for which records are kept; 0: for ever. */
  readonly retention: number
}

/** Everything that can be asked about usage. */
export interface Reports {
  readonly api: readonly Api[]
  /** For pages: they ask as the endpoints do. */
  readonly desk: Clock & { readonly ask: Ask }
  /** From now on what is priced anew is done here. */
  start(): void
  close(): Promise<void>
}

export function createReports({ retention, repricing, reprice, ...deps }: ReportDeps): Reports {
  const { now } = deps
  const reader = createReader(deps)
  let leave = () => {}
  const shared = { ask: reader.ask, now, keptSince: () => keptSince(now(), retention) }
  return {
    desk: shared,
    api: [
      createCallerApi(shared),
      ...createUsageApi(shared),
      ...createLogApi(shared),
      createCompareApi({ ...shared, virtual: deps.virtual }),
      createForecastApi({ ...shared, providers: deps.providers }),
      ...createRecomputeApi({ ...deps, repricing }),
    ],
    start() {
      leave = repricing.join({ ask: reader.ask, reprice })
    },
    close() {
      leave()
      return reader.close()
    },
  }
}
