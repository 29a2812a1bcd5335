export interface LaterOptions<T> {
  readonly run: (item: T) => void
  /** Told of what `run` throws; the other items are done all the same. */
  readonly failed: (error: unknown) => void
  /** Milliseconds that an item waits for others. */
  readonly wait: number
  /** So many are done at once. */
  readonly most: number
}

/** Work that calls leave behind. */
export interface Later<T> {
  add(item: T): void
  /** Does now what waits. */
  flush(): void
}

/**
 * Does small work of many calls together. What has to be done for each call costs little, but its code is cold when it
 * is run once for each: it displaces the code of the calls from the processor's cache, and is displaced by it. Measured:
 * a fifth of a call's time in the gateway.
 */
export function createLater<T>({ run, failed, wait, most }: LaterOptions<T>): Later<T> {
  let items: T[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    const due = items
    items = []
    for (const item of due) attempt(item)
  }

  function attempt(item: T): void {
    try {
      run(item)
    } catch (error) {
      failed(error)
    }
  }

  return {
    add(item) {
      if (items.push(item) >= most) flush()
      else timer ??= setTimeout(flush, wait)
    },
    flush,
  }
}
