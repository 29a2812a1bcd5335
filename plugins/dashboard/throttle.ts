export interface Throttle {
  /** Seconds to wait before the next try; 0 when it may be made. */
  wait(): number
  /** A try that failed. */
  count(): void
}

/**
 * At most `max` failed tries in `window` milliseconds, by whomever: who is behind a proxy cannot be told apart by anything
 * that a caller could not make up.
 */
export function createThrottle(max: number, window: number, now: () => number): Throttle {
  let failures: number[] = []
  return {
    wait() {
      failures = failures.filter(at => now() - at < window)
      return failures.length < max ? 0 : Math.ceil((window - (now() - failures[0]!)) / 1000)
    },
    count: () => void failures.push(now()),
  }
}
