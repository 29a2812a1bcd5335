import type { Peers } from '../contract/peers.ts'
import { refuse } from '../errors.ts'
import type { Answering } from '../process/listen.ts'
import { isWrite } from '../reload/switch.ts'
import { inTime } from './in-time.ts'
import type { FromWorker } from './requests.ts'
import type { Wire } from './wire.ts'

/** So long (milliseconds) the supervisor may take: longer than it waits for the others. */
const PATIENCE = 3000

/** What a worker's plugins say to those of the others. */
export interface AllPeers {
  of(plugin: string): Peers
  /** Keeps the answer to a write back until the others have heard of it: the next call may come to any of them. */
  waitedFor(answering: Answering): Answering
}

export function createPeers(wire: Wire<FromWorker>, left: Readonly<Record<string, unknown>>): AllPeers {
  const telling = new Set<Promise<unknown>>()
  const ask = async (request: FromWorker) =>
    (await inTime(wire.ask(request), PATIENCE)) as readonly unknown[] | undefined
  const waited = async (answer: Response) => {
    await Promise.all(telling)
    return answer
  }
  return {
    of: plugin => ({
      left: left[plugin],
      tell(note) {
        const told = ask({ kind: 'tell', plugin, note }).then(answers => answers ?? [])
        telling.add(told)
        return told.finally(() => telling.delete(told))
      },
      gather: async () =>
        (await ask({ kind: 'gather', plugin })) ??
        refuse('shutting_down', 'The other workers cannot be asked at the moment. Try again'),
    }),
    waitedFor: answering => (request, connection) => {
      const answer = answering(request, connection)
      return isWrite(request) ? Promise.resolve(answer).then(waited) : answer
    },
  }
}
