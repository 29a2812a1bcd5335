import type { Log } from '../log.ts'
import type { Seat } from './seat.ts'

/** How often workers are asked whether they are there (milliseconds), and how many questions one may leave open. */
const EVERY = 5000
const MOST = 6

/**
 * Ends workers that hang: the system goes on giving them connections, and nobody would ever answer there. Questions are
 * counted, not time: after a machine has slept everybody has been silent for long. Returns what ends it.
 */
export function startPulse(seats: readonly Seat[], log: Log, every = EVERY): () => void {
  const timer = setInterval(() => {
    for (const seat of seats) if (seat.readyAt !== undefined) feel(seat, log)
  }, every)
  return () => clearInterval(timer)
}

function feel(seat: Seat, log: Log): void {
  const { wire, number, process } = seat
  if (seat.unanswered >= MOST) {
    log.error('A worker hangs, and is ended', { worker: number })
    process?.kill()
    return
  }
  seat.unanswered++
  void wire?.ask({ kind: 'pulse' }).then(() => {
    if (seat.wire === wire) seat.unanswered = 0
  })
}
