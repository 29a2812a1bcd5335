import {
  type Attempts,
  createAttempts,
  createTried,
  createUnder,
  type Tried,
  type Under,
} from './attempts.ts'
import { createHistogram, type Histogram, LAGS } from './histogram.ts'
import { createRows, type Rows } from './rows.ts'

/** What outlives a reload of the configuration: counters must not fall. */
export interface Memory {
  readonly rows: Rows
  readonly attempts: Attempts
  readonly under: Under
  readonly tried: Tried
  readonly lags: Histogram
  /** How long calls have waited for room, by limit. */
  readonly waits: Map<string, Histogram>
  /** Somebody wants to know costs. */
  isCosting: boolean
  /** Each gateway's way to count what waits. */
  readonly flushes: Set<() => void>
}

export const createMemory = (limit: number, onFull: () => void): Memory => ({
  rows: createRows(limit, onFull),
  attempts: createAttempts(),
  under: createUnder(),
  tried: createTried(),
  lags: createHistogram(LAGS),
  waits: new Map(),
  isCosting: false,
  flushes: new Set(),
})
