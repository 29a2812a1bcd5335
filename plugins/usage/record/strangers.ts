import type { Log } from '../../../src/log.ts'

/** Anybody may send what is refused for want of a key: so many records of that kind a minute. */
const MOST = 600
const MINUTE = 60_000

/** Lets some strangers a minute into the records; of the others the log tells how many there were. */
export function createStrangers(log: Log, now: () => number): () => boolean {
  let minute = 0
  let count = 0
  return () => {
    const current = Math.floor(now() / MINUTE)
    if (current !== minute) {
      if (count > MOST)
        log.warn('Calls without a key were left out of the usage records', { count: count - MOST })
      minute = current
      count = 0
    }
    return ++count <= MOST
  }
}
