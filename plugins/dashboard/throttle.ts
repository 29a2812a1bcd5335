export interface Throttle {
  /** Seconds that somebody has to wait before the next try; 0 when it may be made. */
  wait(who: string): number
  /** A try that failed. */
  count(who: string): void
}

/** At most `max` failed tries of each in `window` milliseconds. */
export function createThrottle(max: number, window: number, now: () => number): Throttle {
  const failures = new Map<string, readonly number[]>()
  const recent = (who: string) => (failures.get(who) ?? []).filter(at => now() - at < window)
  return {
    wait(who) {
      const kept = recent(who)
      if (kept.length === 0) failures.delete(who)
      return kept.length < max ? 0 : Math.ceil((window - (now() - kept[0]!)) / 1000)
    },
    count: who => void failures.set(who, [...recent(who), now()]),
  }
}
