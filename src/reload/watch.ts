export interface WatchOptions {
  /** Changes whenever the file does; undefined while there is none. */
  readonly stamp: () => Promise<string | undefined>
  /** Milliseconds between two looks. */
  readonly every: number
  readonly changed: () => void
}

/**
 * Looks at a file again and again, and tells when it has changed and is left alone: editors write in several steps, and
 * a mounted volume changes where no system event is sent. Returns what ends it.
 */
export function watch({ stamp, every, changed }: WatchOptions): () => void {
  let [known, seen]: [string | undefined, string | undefined] = [undefined, undefined]
  const begun = stamp().then(now => {
    known = seen = now
  })
  const timer = setInterval(async () => {
    await begun
    const now = await stamp()
    const isQuiet = now === seen
    seen = now
    if (!isQuiet || now === known) return
    known = now
    changed()
  }, every)
  return () => clearInterval(timer)
}
