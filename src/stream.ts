import type { Bytes } from './bytes.ts'
import { Refusal, toRefusal } from './errors.ts'
import { cutShort, type Exchange } from './exchange.ts'
import { createLook, type Tap } from './look.ts'
import type { Awaitable, StreamedAnswer, StreamRead } from './types.ts'

const encoder = new TextEncoder()

/** One reader, one writer, everything that looks in between. `finish` is called once: end, failure or hang-up. */
export function pump(
  x: Exchange,
  answer: StreamedAnswer,
  taps: readonly Tap[],
  finish: (refusal?: Refusal) => string,
): ReadableStream<Bytes> {
  const { reader } = answer
  let { head, pending } = answer
  let isGone = false
  const next = (): Awaitable<StreamRead> => {
    if (head !== undefined) {
      const value = head
      head = undefined
      return { done: false, value }
    }
    const read = pending ?? reader.read()
    pending = undefined
    return read
  }
  const look = createLook(x, answer.hideUsage, taps)

  /** The provider is done, one way or the other: says so to the client unless the answer was complete. */
  function end(controller: ReadableStreamDefaultController<Bytes>, error?: unknown): void {
    const rest = look.rest()
    if (rest.length > 0) controller.enqueue(rest)
    const isDone = !(error instanceof Refusal) && look.isFinished(error !== undefined)
    const words = finish(isDone ? undefined : toCut(x, error))
    if (words !== '') controller.enqueue(encoder.encode(words))
    controller.close()
  }

  return new ReadableStream<Bytes>({
    async pull(controller) {
      try {
        for (;;) {
          const { done, value } = await next()
          if (isGone) return
          if (done) return end(controller)
          const out = look.take(value)
          if (out.length === 0) continue
          x.firstByteMs ??= performance.now() - x.startedAt
          return controller.enqueue(out)
        }
      } catch (error) {
        if (isGone) return
        reader.cancel(error).catch(() => {})
        end(controller, error)
      }
    },
    cancel() {
      isGone = true
      const refusal = new Refusal('client_closed', 'The client hung up')
      finish(refusal)
      reader.cancel(refusal).catch(() => {})
      cutShort(x, refusal)
    },
  })
}

/** Why the stream broke: because we cut it, because a plugin refused, or because the provider went away. */
function toCut(x: Exchange, error: unknown): Refusal {
  if (x.abort.signal.aborted) return toRefusal(x.abort.signal.reason)
  if (error instanceof Refusal) return error
  const how = error === undefined ? 'The provider ended the stream' : 'The connection to the provider broke'
  return new Refusal('upstream_cut', `${how} before the answer was complete`, { cause: error })
}
