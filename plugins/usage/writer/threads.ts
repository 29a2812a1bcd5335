import type { Envelope, FromWorker, ToWorker } from './messages.ts'
import type { Thread } from './recorder.ts'

/** The worker thread that the recorders of this process share: a reload of the configuration need not start another. */
export interface Threads {
  /** Lines of all these recorders: counters must not fall when one takes the place of another. */
  readonly tally: { written: number; lost: number }
  /** Starts the thread where none runs. `owner` is a UUID of the recorder's own. */
  lend(owner: string): Thread
}

interface Shared {
  readonly worker: Worker
  readonly users: Map<string, User>
}

interface User {
  hear: (message: FromWorker) => void
  end: (why: string) => void
}

export function createThreads(): Threads {
  let current: Shared | undefined

  function open(): Shared {
    const worker = new Worker(new URL('./worker.ts', import.meta.url).href, { name: 'usage' })
    const users = new Map<string, User>()
    const shared = { worker, users }
    const end = (why: string) => {
      if (current === shared) current = undefined
      const left = [...users.values()]
      users.clear()
      for (const user of left) user.end(why)
    }
    worker.addEventListener('message', ({ data }: MessageEvent<Envelope<FromWorker>>) =>
      users.get(data.owner)?.hear(data.message),
    )
    worker.addEventListener('error', ({ message }) => end(message))
    worker.addEventListener('close', () => end('it closed'))
    return shared
  }

  return {
    tally: { written: 0, lost: 0 },
    lend(owner) {
      current ??= open()
      const shared = current
      const user: User = { hear: () => {}, end: () => {} }
      shared.users.set(owner, user)
      return {
        postMessage: message => shared.worker.postMessage({ owner, message } satisfies Envelope<ToWorker>),
        onMessage(hear) {
          user.hear = hear
        },
        onEnd(hear) {
          user.end = hear
        },
        terminate() {
          shared.users.delete(owner)
          if (shared.users.size > 0) return
          if (current === shared) current = undefined
          shared.worker.terminate()
        },
      }
    },
  }
}
