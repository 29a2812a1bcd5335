/** The part of a socket that is written to. */
interface Outlet {
  write(bytes: string | Uint8Array): number
  end(): void
  terminate(): void
}

/** What an answer can do to its connection. */
export interface Wire {
  /** Sends bytes as they are; the promise is there when the client reads too slowly, and ends when it has room again. */
  send(bytes: string | Uint8Array): Promise<void> | undefined
  /** The answer is complete: the connection takes its next request. */
  done(): void
  /** Says goodbye (FIN), whatever was promised. */
  end(): void
  /** Breaks the connection (RST). */
  reset(): void
  isGone(): boolean
  /** Tells once that the connection is gone; returns how to stop listening. */
  onGone(listener: () => void): () => void
}

/** Knows when the client has left. */
export function createWire(socket: Outlet, next: () => void) {
  const listeners = new Set<() => void>()
  const sink = createSink(socket)
  let isGone = false
  const wire: Wire = {
    send: bytes => (isGone ? undefined : sink.send(bytes)),
    done: next,
    end: sink.end,
    reset: () => socket.terminate(),
    isGone: () => isGone,
    onGone(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  function gone(): void {
    isGone = true
    sink.drop()
    for (const listener of listeners) listener()
    listeners.clear()
  }
  return { wire, drain: sink.drain, gone }
}

/** Writes in order and keeps what the socket does not take. */
function createSink(socket: Outlet) {
  let pending: Uint8Array[] = []
  let flushed: PromiseWithResolvers<void> | undefined
  let isEnding = false

  /** How many bytes the socket took: none of a closed one. */
  const write = (bytes: string | Uint8Array): number => Math.max(socket.write(bytes), 0)

  function keep(bytes: Uint8Array): Promise<void> {
    pending.push(bytes)
    flushed ??= Promise.withResolvers<void>()
    return flushed.promise
  }

  function drop(): void {
    pending = []
    flushed?.resolve()
    flushed = undefined
  }

  function drain(): void {
    for (let bytes = pending[0]; bytes; bytes = pending[0]) {
      const written = write(bytes)
      if (written < bytes.length) {
        pending[0] = bytes.subarray(written)
        return
      }
      pending.shift()
    }
    drop()
    if (isEnding) socket.end()
  }

  function send(bytes: string | Uint8Array): Promise<void> | undefined {
    if (pending.length > 0) return keep(Buffer.from(bytes as string))
    const length = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length
    const written = write(bytes)
    return written === length ? undefined : keep(Buffer.from(bytes as string).subarray(written))
  }

  function end(): void {
    isEnding = true
    if (pending.length === 0) socket.end()
  }

  return { send, end, drain, drop }
}
