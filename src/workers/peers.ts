import type { Answering } from '../listen.ts'
import type { Peers } from '../peers.ts'
import { isWrite } from '../reload/switch.ts'
import type { FromWorker } from './requests.ts'
import type { Wire } from './wire.ts'

/** What a worker's plugins say to those of the others. */
export interface AllPeers {
  of(plugin: string): Peers
  /** Keeps the answer to a write back until the others have heard of it: the next call may come to any of them. */
  waitedFor(answering: Answering): Answering
}

export function createPeers(wire: Wire<FromWorker>, left: Readonly<Record<string, unknown>>): AllPeers {
  const telling = new Set<Promise<unknown>>()
  const answersTo = async (request: FromWorker) => ((await wire.ask(request)) ?? []) as readonly unknown[]
  const waited = async (answer: Response) => {
    await Promise.all(telling)
    return answer
  }
  return {
    of: plugin => ({
      left: left[plugin],
      tell(note) {
        const told = answersTo({ kind: 'tell', plugin, note })
        telling.add(told)
        return told.finally(() => telling.delete(told))
      },
      gather: () => answersTo({ kind: 'gather', plugin }),
    }),
    waitedFor: answering => (request, connection) => {
      const answer = answering(request, connection)
      return isWrite(request) ? Promise.resolve(answer).then(waited) : answer
    },
  }
}
