/** When a circuit opens, and for how long. */
export interface CircuitOptions {
  /** Failures in a row that open it. */
  readonly failures: number
  /** Milliseconds until the first probe; doubles with each probe that fails. */
  readonly pause: number
  readonly longestPause: number
}

/** What a try told about the upstream; `nothing` when it ended for other reasons. */
export type Lesson = 'success' | 'failure' | 'nothing'

/**
 * A circuit breaker for one upstream: closed while all is well, open after too many failures in a row, half open when
 * a single probe may find out whether it is over. It has no timer and does not wrap the call: tries ask `isOpen`, say
 * that they begin and tell what became of them, which costs the good case a few comparisons.
 */
export interface Circuit {
  readonly failuresInRow: number
  /** Until when nobody calls (ms since 1970); in the past or 0 when it may be called. */
  readonly openUntil: number
  /** Nobody calls because the upstream asked for it, not because it failed. */
  isResting(now: number): boolean
  /** Calls are refused now. */
  isOpen(now: number): boolean
  /** A try begins; true when it is the probe. */
  begin(): boolean
  /** A try has ended. While the circuit is open only its probe is listened to: others began before it opened. */
  learn(lesson: Lesson, isProbe: boolean, now: number): void
  /** Nobody calls before this time: the upstream asked for it. */
  rest(until: number): void
}

export function createCircuit({ failures, pause, longestPause }: CircuitOptions): Circuit {
  let failuresInRow = 0
  let openings = 0
  let openUntil = 0
  let restUntil = 0
  let isProbing = false

  function fail(now: number): void {
    failuresInRow++
    if (failuresInRow < failures) return
    openUntil = now + Math.min(pause * 2 ** openings, longestPause)
    openings++
  }

  function close(): void {
    failuresInRow = 0
    openings = 0
    openUntil = 0
  }

  return {
    get failuresInRow() {
      return failuresInRow
    },
    get openUntil() {
      return Math.max(openUntil, restUntil)
    },
    isResting: now => restUntil > now && openUntil <= now && !isProbing,
    isOpen: now => openUntil > now || restUntil > now || isProbing,
    begin() {
      const isProbe = openUntil > 0 && !isProbing
      if (isProbe) isProbing = true
      return isProbe
    },
    learn(lesson, isProbe, now) {
      if (openUntil > 0 && !isProbe) return
      if (isProbe) isProbing = false
      if (lesson === 'success') close()
      else if (lesson === 'failure') fail(now)
    },
    rest(until) {
      restUntil = Math.max(restUntil, until)
    },
  }
}
