import type { Bytes } from '../bytes.ts'
import type { Drain } from '../drain.ts'
import { Refusal, toRefusal } from '../errors.ts'
import { cutShort, type Exchange } from '../exchange.ts'
import type { Awaitable, RawAnswer, StreamedAnswer, StreamRead } from '../types.ts'
import { createLook, type Tap } from './look.ts'

const encoder = new TextEncoder()
/** A comment: clients skip it, and whatever stands in between sees that the connection lives. */
const PING = encoder.encode(': ping\n\n')

export interface PumpOptions {
  readonly taps: readonly Tap[]
  /** Called once: end, failure or hang-up. What it returns is the client's last event. */
  readonly finish: (refusal?: Refusal) => string
  readonly drain: Drain | undefined
}

/** One reader, one writer, everything that looks in between. */
export function pump(x: Exchange, answer: StreamedAnswer, options: PumpOptions): ReadableStream<Bytes> {
  const { taps, finish, drain } = options
  const { reader } = answer
  const look = createLook(x, answer.hideUsage, taps)
  let controller: ReadableStreamDefaultController<Bytes>
  let { head, pending } = answer
  let isGone = false
  let isReading = false
  /** What comes next: kept until it is taken, because the client may go away meanwhile, and another reader take over. */
  const next = (): Awaitable<StreamRead> => {
    if (head !== undefined) return { done: false, value: head }
    if (pending !== undefined) return pending
    const read = reader.read()
    // A value that is here at once is kept, too.
    if (read instanceof Promise) pending = read
    else if (!read.done) head = read.value
    return read
  }
  const taken = () => {
    if (head !== undefined) head = undefined
    else pending = undefined
  }

  /** Reads on, until there is something to give. Not told to the stream as a promise: it would cost one for each piece. */
  const more = (): void => {
    try {
      const read = next()
      if ('then' in read) read.then(give, fail)
      else give(read)
    } catch (error) {
      fail(error)
    }
  }
  const give = ({ done, value }: StreamRead): void => {
    if (isGone) return
    taken()
    try {
      if (done) close(end())
      else pass(look.take(value))
    } catch (error) {
      fail(error)
    }
  }
  /** What may go out now; where that is nothing, what comes behind it. */
  const pass = (out: Bytes): void => {
    if (out.length === 0) more()
    else {
      x.quietSince = performance.now()
      x.firstByteMs ??= x.quietSince - x.startedAt
      isReading = false
      controller.enqueue(out)
    }
  }
  const fail = (error: unknown): void => {
    if (isGone) return
    Promise.try(() => reader.cancel(error)).catch(() => {})
    try {
      close(end(error))
    } catch (bug) {
      controller.error(bug)
    }
  }

  function close(last: Bytes): void {
    x.onQuiet = undefined
    if (last.length > 0) controller.enqueue(last)
    controller.close()
  }

  /** The provider is done, one way or the other: what to say to the client, unless the answer was complete. */
  function end(error?: unknown): Bytes {
    const rest = look.rest()
    const isDone = !(error instanceof Refusal) && look.isFinished(error !== undefined)
    x.usage = answer.usage?.() ?? x.usage
    if (!isDone) x.unfinished = look.sample()
    const words = finish(isDone ? undefined : toCut(x, error))
    return words === '' ? rest : joinText(rest, words)
  }

  /** Reads on for the sake of the record. */
  async function readOn(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await next()
        taken()
        if (done) return void end()
        look.take(value)
      }
    } catch (error) {
      reader.cancel(error).catch(() => {})
      end(error)
    }
  }

  return new ReadableStream<Bytes>({
    start(given) {
      controller = given
      // It begins early, because nothing was heard for long.
      if (x.quietSince > x.startedAt) controller.enqueue(PING)
      x.onQuiet = () => controller.enqueue(PING)
    },
    pull() {
      if (isReading) return
      isReading = true
      more()
    },
    cancel() {
      isGone = true
      x.onQuiet = undefined
      const isFirst = !x.hungUp
      x.hungUp = true
      if (isFirst ? drain?.(x) : x.cut !== undefined && !x.abort.signal.aborted) return void readOn()
      const refusal = new Refusal('client_closed', 'The client hung up')
      x.usage = answer.usage?.() ?? x.usage
      // Who goes away behind the last word has left nothing to be estimated.
      if (x.usage === undefined || !look.isFinished(false)) x.unfinished = look.sample()
      finish(refusal)
      reader.cancel(refusal).catch(() => {})
      cutShort(x, refusal)
    },
  })
}

/** Bytes that nobody looks into. What breaks on the way breaks for the client too: there is no way to say it in words. */
export function pass(
  x: Exchange,
  { reader }: RawAnswer,
  finish: (refusal?: Refusal) => void,
): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) {
          finish()
          return controller.close()
        }
        x.firstByteMs ??= performance.now() - x.startedAt
        controller.enqueue(value)
      } catch (error) {
        finish(toCut(x, error))
        controller.error(error)
      }
    },
    cancel() {
      x.hungUp = true
      const refusal = new Refusal('client_closed', 'The client hung up')
      finish(refusal)
      reader.cancel(refusal).catch(() => {})
      cutShort(x, refusal)
    },
  })
}

function joinText(bytes: Bytes, text: string): Bytes {
  const more = encoder.encode(text)
  const whole = new Uint8Array(bytes.length + more.length)
  whole.set(bytes)
  whole.set(more, bytes.length)
  return whole
}

/** Why the stream broke: because we cut it, because a plugin refused, or because the provider went away. */
function toCut(x: Exchange, error: unknown): Refusal {
  if (x.abort.signal.aborted) return toRefusal(x.abort.signal.reason)
  if (error instanceof Refusal) return error
  const how = error === undefined ? 'The provider ended the stream' : 'The connection to the provider broke'
  return new Refusal('upstream_cut', `${how} before the answer was complete`, { cause: error })
}
