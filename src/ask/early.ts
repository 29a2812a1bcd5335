import { Refusal } from '../errors.ts'
import type { Exchange } from '../exchange.ts'
import type { Answer, ByteSource, StreamedAnswer, StreamRead } from '../types.ts'

/**
 * The answer, or, once a client of a stream has heard nothing for long, a stream that begins without it: proxies in
 * between cut silent connections. Nothing of an answer has gone out then, so other targets are still tried; only the
 * status is given away, and a failure comes as an event.
 */
export function orEarly(x: Exchange, asking: Promise<Answer>, hideUsage: boolean): Promise<Answer> {
  return new Promise((resolve, reject) => {
    x.onQuiet = () => {
      const late = createLate(asking)
      resolve({ kind: 'stream', reader: late, hideUsage, usage: late.usage })
    }
    asking.then(resolve, reject).finally(() => {
      if (x.answer === undefined) x.onQuiet = undefined
    })
  })
}

/** The bytes of an answer that has not begun. */
function createLate(asking: Promise<Answer>): ByteSource & Required<Pick<StreamedAnswer, 'usage'>> {
  let answer: StreamedAnswer | undefined
  let { head, pending }: { head?: StreamedAnswer['head']; pending?: StreamedAnswer['pending'] } = {}
  return {
    usage: read => (answer?.usage === undefined ? read : answer.usage(read)),
    async read(): Promise<StreamRead> {
      if (answer === undefined) {
        const arrived = await asking
        if (arrived.kind !== 'stream')
          throw new Refusal(
            'upstream_invalid',
            'The provider answered without a stream, although one was asked for',
          )
        answer = arrived
        ;({ head, pending } = arrived)
      }
      if (head !== undefined) {
        const value = head
        head = undefined
        return { done: false, value }
      }
      const read = pending ?? answer.reader.read()
      pending = undefined
      return read
    },
    cancel: async reason => {
      asking
        .then(arrived => ('reader' in arrived ? arrived.reader.cancel(reason) : undefined))
        .catch(() => {})
    },
  }
}
