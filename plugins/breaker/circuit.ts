/** When a circuit opens, and for how long. */
export interface CircuitOptions {
  /** Failures in a row that open it. */
  readonly failures: number
  /** Milliseconds until the first probe; doubles with each probe that fails. */
  readonly pause: number
  readonly longestPause: number
}

/**
 * What is remembered of one upstream. The circuit is closed while all is well, open after too many failures in a row, half
 * open when a single probe may find out whether it is over.
 */
export interface Circuit {
  failuresInRow: number
  /** Pauses since the last good answer; 0 while it is closed. */
  openings: number
  /** When the last pause began (ms since 1970). */
  openedAt: number
  /** Nobody calls before this time, for the upstream asked for it. */
  restUntil: number
  isProbing: boolean
}

/** What a try told about the upstream; `nothing` when it ended for other reasons. */
export type Lesson = 'success' | 'failure' | 'nothing'

/** A try that has ended. */
export interface Learned {
  readonly lesson: Lesson
  readonly isProbe: boolean
  /** Milliseconds since 1970. */
  readonly at: number
}

/**
 * The rules of all circuits. They have no timer and do not wrap the call: tries ask `isOpen`, say that they begin and tell
 * what became of them, which costs the good case a few comparisons.
 */
export interface Circuits {
  /** Until when nobody calls (ms since 1970); in the past or 0 when it may be called. */
  openUntil(circuit: Circuit): number
  /** Nobody calls because the upstream asked for it, not because it failed. */
  isResting(circuit: Circuit, now: number): boolean
  /** Calls are refused now. */
  isOpen(circuit: Circuit, now: number): boolean
  /** A try begins; true when it is the probe. */
  begin(circuit: Circuit): boolean
  /**
   * A try has ended. While the circuit is open only its probe is listened to: others began before it opened. True where
   * this opens a circuit that was closed.
   */
  learn(circuit: Circuit, learned: Learned): boolean
  /** Nobody calls before this time: the upstream asked for it. */
  rest(circuit: Circuit, until: number): void
}

export const newCircuit = (): Circuit => ({
  failuresInRow: 0,
  openings: 0,
  openedAt: 0,
  restUntil: 0,
  isProbing: false,
})

export function createCircuits({ failures, pause, longestPause }: CircuitOptions): Circuits {
  /** Asked anew each time: the pause may be another one since the circuit opened. */
  const pausedUntil = ({ openings, openedAt }: Circuit): number =>
    openings === 0 ? 0 : openedAt + Math.min(pause * 2 ** (openings - 1), longestPause)

  function fail(circuit: Circuit, at: number): boolean {
    const wasClosed = circuit.openings === 0
    circuit.failuresInRow++
    if (wasClosed && circuit.failuresInRow < failures) return false
    circuit.openedAt = at
    circuit.openings++
    return wasClosed
  }

  return {
    openUntil: circuit => Math.max(pausedUntil(circuit), circuit.restUntil),
    isResting: (circuit, now) => circuit.restUntil > now && pausedUntil(circuit) <= now && !circuit.isProbing,
    isOpen: (circuit, now) => circuit.isProbing || circuit.restUntil > now || pausedUntil(circuit) > now,
    begin(circuit) {
      const isProbe = circuit.openings > 0 && !circuit.isProbing
      if (isProbe) circuit.isProbing = true
      return isProbe
    },
    learn(circuit, { lesson, isProbe, at }) {
      if (circuit.openings > 0 && !isProbe) return false
      if (isProbe) circuit.isProbing = false
      if (lesson === 'success') close(circuit)
      return lesson === 'failure' && fail(circuit, at)
    },
    rest(circuit, until) {
      circuit.restUntil = Math.max(circuit.restUntil, until)
    },
  }
}

function close(circuit: Circuit): void {
  circuit.failuresInRow = 0
  circuit.openings = 0
}
