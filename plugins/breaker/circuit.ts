/** When a circuit opens, and for how long. */
export interface CircuitOptions {
  /** Failures in a row that open it. */
  readonly failures: number
  /** Milliseconds until the first probe; doubles with each probe that fails. */
  readonly pause: number
  readonly longestPause: number
}

/**
 * A circuit breaker for one upstream: closed while all is well, open after too many failures in a row, half open when
 * a single probe may find out whether it is over. It has no timer and does not wrap the call: tries ask `isOpen` and
 * tell what became of them, which costs the good case two comparisons.
 */
export interface Circuit {
  readonly failuresInRow: number
  /** Until when nobody calls (ms since 1970); in the past or 0 when it may be called. */
  readonly openUntil: number
  /** Calls were refused a moment ago, or are now. */
  isOpen(now: number): boolean
  /** A try begins; it is the probe when the circuit was open. */
  begin(): void
  succeed(): void
  fail(now: number): void
  /** The try ended without telling anything about the upstream. */
  forget(): void
  /** Nobody calls before this time: the upstream asked for it. */
  rest(until: number): void
}

export function createCircuit({ failures, pause, longestPause }: CircuitOptions): Circuit {
  let failuresInRow = 0
  let openings = 0
  let openUntil = 0
  let restUntil = 0
  let isProbing = false
  return {
    get failuresInRow() {
      return failuresInRow
    },
    get openUntil() {
      return Math.max(openUntil, restUntil)
    },
    isOpen: now => openUntil > now || restUntil > now || isProbing,
    begin() {
      if (openUntil > 0) isProbing = true
    },
    succeed() {
      failuresInRow = 0
      openings = 0
      openUntil = 0
      isProbing = false
    },
    fail(now) {
      failuresInRow++
      isProbing = false
      if (failuresInRow < failures) return
      openUntil = now + Math.min(pause * 2 ** openings, longestPause)
      openings++
    },
    forget() {
      isProbing = false
    },
    rest(until) {
      restUntil = until
    },
  }
}
