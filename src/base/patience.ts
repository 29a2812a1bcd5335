/** Waits for work of others, but not for ever. */
export interface Patience {
  /** Fails where it takes longer. What comes after all goes to `late`, which must not throw. */
  within<T>(work: Promise<T>, late?: (value: T) => void): Promise<T>
}

interface Waiting {
  /** On the clock of `performance`. */
  readonly until: number
  readonly giveUp: () => void
}

/**
 * One clock for all that is waited for: a timer of its own for each would cost more than most of what is waited for. So
 * it may be a tenth later than said.
 *
 * @param longest milliseconds
 */
export function createPatience(longest: number): Patience {
  // All wait equally long, so the first of them is the first whose time is over.
  const waiting = new Set<Waiting>()
  let clock: ReturnType<typeof setTimeout> | undefined

  function look(): void {
    clock = undefined
    const now = performance.now()
    for (const each of waiting) {
      if (each.until > now) break
      each.giveUp()
    }
    watch()
  }

  function watch(): void {
    if (waiting.size > 0 && clock === undefined) clock = setTimeout(look, longest / 10)
  }

  return {
    within: (work, late) =>
      new Promise((resolve, reject) => {
        const own: Waiting = {
          until: performance.now() + longest,
          giveUp() {
            waiting.delete(own)
            reject(new Error(`It did not answer within ${longest} ms`))
          },
        }
        waiting.add(own)
        watch()
        work.then(
          value => (waiting.delete(own) ? resolve(value) : late?.(value)),
          error => (waiting.delete(own) ? reject(error) : undefined),
        )
      }),
  }
}
