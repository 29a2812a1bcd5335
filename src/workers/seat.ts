import type { ToWorker } from './requests.ts'
import type { Message, Wire } from './wire.ts'

/** How a process ended. */
export interface Ending {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly signal: string | null
}

/** A process that serves, or will. */
export interface WorkerProcess {
  /** Throws where it has gone. */
  send(message: Message): void
  /** Ends it at once. */
  kill(): void
  ended(): Promise<Ending>
}

/** Starts a process; `hear` gets what it sends. */
export type Spawn = (number: number, hear: (message: Message) => void) => WorkerProcess

/** A place among the workers: processes come and go, the number and what was counted stay. */
export interface Seat {
  readonly number: number
  process: WorkerProcess | undefined
  wire: Wire<ToWorker> | undefined
  /** Since when it serves (milliseconds, monotonic); undefined while it does not. */
  readyAt: number | undefined
  /** Processes that ended here, one soon after the other. */
  failures: number
  /** Times in a row that it has not said whether it is there. */
  unanswered: number
  /** The figures that were told last, by plugin. */
  readonly left: Map<string, unknown>
}

export const createSeat = (number: number): Seat => ({
  number,
  process: undefined,
  wire: undefined,
  readyAt: undefined,
  failures: 0,
  unanswered: 0,
  left: new Map(),
})
