import type { Dialect } from './dialect.ts'
import { Refusal, toRefusal } from './errors.ts'
import { blocks, dataOf, endOfLastEvent, reframe, reportsUsage, toJson } from './events.ts'
import { cutShort, type Exchange } from './exchange.ts'
import type { Awaitable, StreamedAnswer, StreamRead } from './types.ts'

export type Tap = (data: string) => string | undefined
type Bytes = Uint8Array<ArrayBuffer>

/** Looks at the events of a stream on their way to the client. */
interface Look {
  /** Bytes in, the bytes that may go out now. */
  take(bytes: Bytes): Bytes
  /** What is left at a clean end. */
  rest(): Bytes
  /** The answer said itself that it was complete. */
  isFinished(): boolean
}

const encoder = new TextEncoder()
const nothing: Bytes = new Uint8Array()

/** One reader, one writer, everything that looks in between. `finish` is called once: end, failure or hang-up. */
export function pump(
  x: Exchange,
  answer: StreamedAnswer,
  taps: readonly Tap[],
  finish: (refusal?: Refusal) => string,
): ReadableStream<Bytes> {
  const { reader } = answer
  let { head, pending } = answer
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
  const fail = (controller: ReadableStreamDefaultController<Bytes>, error: unknown) => {
    controller.enqueue(encoder.encode(finish(toCut(x, error))))
    controller.close()
  }
  return new ReadableStream<Bytes>({
    async pull(controller) {
      try {
        for (;;) {
          const { done, value } = await next()
          const out = done ? look.rest() : look.take(value)
          if (out.length > 0) {
            x.firstByteMs ??= performance.now() - x.startedAt
            controller.enqueue(out)
          }
          if (done && !look.isFinished()) {
            return fail(
              controller,
              new Refusal('upstream_cut', 'The provider ended the stream before the answer was complete'),
            )
          }
          if (done) {
            finish()
            return controller.close()
          }
          if (out.length > 0) return
        }
      } catch (error) {
        fail(controller, error)
        reader.cancel(error).catch(() => {})
      }
    },
    cancel(reason) {
      const refusal = new Refusal('client_closed', 'The client hung up')
      finish(refusal)
      cutShort(x, refusal)
      return reader.cancel(reason)
    },
  })
}

/** Why the stream broke: because we cut it, because a plugin refused, or because the provider went away. */
function toCut(x: Exchange, error: unknown): Refusal {
  if (x.abort.signal.aborted) return toRefusal(x.abort.signal.reason)
  if (error instanceof Refusal) return error
  return new Refusal('upstream_cut', 'The connection to the provider broke before the answer was complete', {
    cause: error,
  })
}

/** So many pieces are kept to see whether a stream ended properly. */
const LAST = 4
/** A single event above this size passes unseen rather than being held. */
const EVENT_LIMIT = 1024 * 1024
// Single bytes stay single characters in this encoding, so that offsets in the text are offsets in the bytes.
const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder()

/**
 * Whole events go out as the bytes that came in. Most are not even parsed: only those that report usage, an error
 * or the end, told by a pattern.
 */
function createLook(x: Exchange, hideUsage: boolean, taps: readonly Tap[]): Look {
  const dialect = x.endpoint as Dialect
  let held: Bytes = nothing
  // The end is looked for at the end only, in the last pieces: most of a stream is text that says nothing about itself.
  const last: string[] = []

  function events(text: string, bytes: Bytes): Bytes {
    if (last.push(text) > LAST) last.shift()
    if (taps.length > 0) return rewrite(utf8.decode(bytes))
    return reportsUsage(text) ? forward(text, bytes) : bytes
  }

  /** Learns the usage; cuts out the event that the client did not ask for. */
  function forward(text: string, bytes: Bytes): Bytes {
    const kept: Bytes[] = []
    for (const [start, end] of blocks(text)) {
      if (!isHidden(text.slice(start, end))) kept.push(bytes.subarray(start, end))
    }
    return kept.length === 1 ? kept[0]! : join(kept)
  }

  function isHidden(block: string): boolean {
    const json = reportsUsage(block) ? toJson(dataOf(block)) : undefined
    if (json === undefined) return false
    x.usage = dialect.usage(json) ?? x.usage
    return hideUsage && dialect.isUsageOnly(json)
  }

  /** Every event passes every tap; what a tap leaves alone keeps its bytes. */
  function rewrite(text: string): Bytes {
    let out = ''
    for (const [start, end] of blocks(text)) {
      const block = text.slice(start, end)
      const data = dataOf(block)
      if (data === '') out += block
      if (data === '' || isHidden(block)) continue
      let seen: string | undefined = data
      for (const tap of taps) if (seen !== undefined) seen = tap(seen)
      if (seen !== undefined) out += seen === data ? block : reframe(block, seen)
    }
    return encoder.encode(out)
  }

  return {
    take(bytes) {
      const all = held.length === 0 ? bytes : join([held, bytes])
      const text = latin1.decode(all)
      const end = endOfLastEvent(text)
      held = end === all.length ? nothing : all.subarray(end)
      if (held.length > EVENT_LIMIT) {
        held = nothing
        return all
      }
      if (end === 0) return nothing
      return end === all.length ? events(text, all) : events(text.slice(0, end), all.subarray(0, end))
    },
    rest() {
      const all = held
      held = nothing
      return all.length === 0 ? all : events(latin1.decode(all), all)
    },
    isFinished: () => last.some(text => dialect.finish.test(text)),
  }
}

function join(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
