import { reasonOf } from '../base/describe.ts'
import type { Log } from '../log.ts'
import { STOPPING } from '../process/ending.ts'
import { type Said, sayOnce } from './notes.ts'
import { startPulse } from './pulse.ts'
import { relay } from './relay.ts'
import type { Facts, FromWorker, Start, ToWorker } from './requests.ts'
import { createSeat, type Ending, type Seat, type Spawn } from './seat.ts'
import { createWire } from './wire.ts'

export interface SupervisorOptions {
  readonly count: number
  readonly spawn: Spawn
  /** What a worker is told beside its number. */
  readonly start: () => Omit<Start, 'kind' | 'number' | 'isAgain' | 'left'>
  /** All of them serve; called once. */
  readonly opened: (facts: Facts) => void
  readonly log: Log
  /** How often workers are asked whether they are there (milliseconds). */
  readonly pulse?: number
}

export interface Supervisor {
  /** The code to exit with, when the last worker has ended. */
  readonly ended: Promise<number>
  /** Every worker reads its configuration anew; resolves when all have. */
  reload(why: string): Promise<void>
  /** Every worker finishes what runs, and ends; called again, all end at once. */
  stop(signal: string): void
}

const FAULT = 1
/** Until a worker that ended is replaced (milliseconds): longer each time, and short again once one has lasted. */
const PAUSE = 250
const LONGEST_PAUSE = 30_000
const LASTING = 60_000

/**
 * Starts processes that serve one port, and sees to it that there are always so many. It takes no part in calls: the
 * system gives each new connection to one of them.
 */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { count, spawn, start, opened, log, pulse } = options
  const seats = Array.from({ length: count }, (_, index) => createSeat(index + 1))
  /** Once all have served, one that ends is replaced. */
  let isOpen = false
  let isStopping = false
  let code = 0
  let reloads = 0
  const { promise: ended, resolve: end } = Promise.withResolvers<number>()

  function occupy(seat: Seat): void {
    const seen = reloads
    const wire = createWire<ToWorker, FromWorker>({
      send: message => seat.process?.send(message),
      answer: request => relay(request, { from: seat, seats }),
      failed: error => log.error('A worker gets no answer', { worker: seat.number, error: reasonOf(error) }),
    })
    seat.wire = wire
    seat.unanswered = 0
    try {
      seat.process = spawn(seat.number, wire.hear)
    } catch (error) {
      log.error('A worker cannot be started', { worker: seat.number, error: reasonOf(error) })
      vacate(seat, { code: FAULT, signal: null })
      return
    }
    void seat.process.ended().then(ending => vacate(seat, ending))
    const begin = { ...start(), number: seat.number, isAgain: isOpen, left: Object.fromEntries(seat.left) }
    void wire.ask({ kind: 'start', ...begin }).then(facts => {
      if (facts !== undefined) welcome(seat, facts as Facts, seen)
    })
  }

  function welcome(seat: Seat, facts: Facts, seen: number): void {
    seat.readyAt = performance.now()
    // It may have read the configuration just before that was changed.
    if (seen !== reloads) void reloadIn([seat], 'it has changed during the start')
    if (isOpen) {
      log.info('The worker serves', { worker: seat.number })
      return
    }
    // The first one prepares the database, and says what is wrong where something is: so that is said once.
    for (const other of seats) if (other.process === undefined) occupy(other)
    if (!seats.every(isReady)) return
    isOpen = true
    opened(facts)
  }

  function vacate(seat: Seat, ending: Ending): void {
    const { readyAt } = seat
    seat.wire?.cut()
    seat.process = seat.wire = seat.readyAt = undefined
    if (isStopping) {
      if (ending.code !== 0) code ||= FAULT
      endIfEmpty()
      return
    }
    if (!isOpen || (readyAt === undefined && !seats.some(isReady))) {
      giveUp(seat, ending)
      return
    }
    if (readyAt !== undefined && performance.now() - readyAt > LASTING) seat.failures = 0
    const pause = Math.min(PAUSE * 2 ** seat.failures++, LONGEST_PAUSE)
    log.error('A worker ended: another one takes its place', { worker: seat.number, ...ending, pause })
    setTimeout(() => isStopping || occupy(seat), pause)
  }

  /** A process that cannot begin has said why, as a single gateway does; another one could not either. */
  function giveUp({ number }: Seat, { code: own, signal }: Ending): void {
    if (own === null) log.error('A worker ended before it served', { worker: number, signal })
    code = own || FAULT
    stopAll()
  }

  function stopAll(): void {
    isStopping = true
    for (const { wire } of seats) void wire?.ask({ kind: 'stop' })
    endIfEmpty()
  }

  function endIfEmpty(): void {
    if (seats.every(({ process }) => process === undefined)) end(code)
  }

  async function reloadIn(some: readonly Seat[], why: string): Promise<void> {
    const said = await Promise.all(some.map(({ wire }) => wire?.ask({ kind: 'reload', why })))
    sayOnce(
      said.flatMap(lines => (lines ?? []) as readonly Said[]),
      log,
    )
  }

  occupy(seats[0]!)
  void ended.then(startPulse(seats, log, pulse))
  return {
    ended,
    reload(why) {
      reloads++
      return reloadIn(seats.filter(isReady), why)
    },
    stop(signal) {
      if (isStopping) {
        for (const { process } of seats) process?.kill()
        return
      }
      log.info(STOPPING, { signal })
      stopAll()
    },
  }
}

const isReady = ({ readyAt }: Seat): boolean => readyAt !== undefined
