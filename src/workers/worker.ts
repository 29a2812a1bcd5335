import { reasonOf } from '../base/describe.ts'
import type { Gateway } from '../gateway.ts'
import { createLog } from '../log.ts'
import type { Awaitable } from '../types.ts'
import type { Said } from './notes.ts'
import type { Above } from './process.ts'
import type { Facts, FromWorker, Start, ToWorker } from './requests.ts'
import { createWire, type Wire } from './wire.ts'

/** What the supervisor may want of a worker that serves. */
export interface Serving {
  /** One that is about to be replaced would take what it hears with it. */
  readonly gateway: () => Promise<Pick<Gateway, 'hear' | 'figures'>>
  /** Returns what there is to say of it. */
  reload(why: string): Promise<readonly Said[]>
  stop(): void
  /** Takes no more connections, so that another gateway can have the port; those that it has go on. */
  giveWay(): void
}

export interface Worker {
  /** What it is told to be. */
  readonly start: Promise<Start>
  /** To ask the supervisor. */
  readonly wire: Wire<FromWorker>
  /** From now on it does what it is asked to do. */
  serve(serving: Serving, facts: Facts): void
}

type Answers = {
  readonly [K in ToWorker['kind']]: (request: Extract<ToWorker, { readonly kind: K }>) => Awaitable<unknown>
}

/** A worker's end of the connection. `leave` ends a process that does not serve yet. */
export function createWorker(above: Above, leave: () => void): Worker {
  const started = Promise.withResolvers<Start>()
  const ready = Promise.withResolvers<Facts>()
  let serving: Serving | undefined
  const stop = () => (serving === undefined ? leave() : serving.stop())
  const answers: Answers = {
    start(request) {
      started.resolve(request)
      return ready.promise
    },
    reload: ({ why }) => serving?.reload(why),
    stop,
    pulse: () => true,
    tell: async ({ plugin, note }) => (await serving?.gateway())?.hear(plugin, note),
    gather: async ({ plugin }) => (await serving?.gateway())?.figures(plugin),
  }
  const wire = createWire<FromWorker, ToWorker>({
    send: above.send,
    answer: request => (answers[request.kind] as (request: ToWorker) => Awaitable<unknown>)(request),
    failed: error => createLog('gateway').error('Another worker gets no answer', { error: reasonOf(error) }),
  })
  above.onMessage(wire.hear)
  // Without a supervisor nobody would tell it to stop. Whoever starts the gateway again needs the port now.
  above.onEnd(() => {
    serving?.giveWay()
    stop()
  })
  return {
    start: started.promise,
    wire,
    serve(begun, facts) {
      serving = begun
      ready.resolve(facts)
    },
  }
}
