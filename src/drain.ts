import { Refusal, refuse } from './errors.ts'
import type { Exchange } from './exchange.ts'

/** The exchanges under way, and how the gateway stops without cutting them. */
export interface Drain {
  /** Refuses while the gateway is stopping. */
  enter(x: Exchange): void
  leave(x: Exchange): void
  isStopping(): boolean
  /** No new work from now on; resolves when the last exchange has left, after `deadline` ms at the latest. */
  stop(deadline: number): Promise<void>
}

export function createDrain(): Drain {
  const inside = new Set<Exchange>()
  let isStopping = false
  let empty = () => {}
  return {
    enter(x) {
      if (isStopping) refuse('shutting_down', 'The gateway is stopping: try again', { retryAfter: 1 })
      inside.add(x)
    },
    leave(x) {
      inside.delete(x)
      if (inside.size === 0) empty()
    },
    isStopping: () => isStopping,
    async stop(deadline) {
      isStopping = true
      if (inside.size === 0) return
      const left = new Promise<void>(resolve => {
        empty = resolve
      })
      const late = setTimeout(() => {
        for (const x of inside)
          x.abort.abort(new Refusal('shutting_down', 'The gateway stopped before the answer was complete'))
      }, deadline)
      // A stream that was cut still has to write its last event.
      await Promise.race([left, new Promise(resolve => setTimeout(resolve, deadline + 2000))])
      clearTimeout(late)
    },
  }
}
