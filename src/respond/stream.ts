import type { Bytes } from '../base/bytes.ts'
import { directStream } from '../base/runtime.ts'
import { Refusal, toRefusal } from '../errors.ts'
import { cutShort, type Exchange } from '../exchange.ts'
import type { Awaitable, RawAnswer, StreamedAnswer, StreamRead } from '../types.ts'
import type { Drain } from './drain.ts'
import type { Frame } from './lines.ts'
import { createLook, type Failure, type Tap } from './look.ts'

const encoder = new TextEncoder()
/** A comment: clients skip it, and whatever stands in between sees that the connection lives. */
const PING = encoder.encode(': ping\n\n')
/** The same where clients read a comment as a part of the answer. */
const BLANK_LINE = encoder.encode('\n')
const nothing = new Uint8Array()

export interface PumpOptions {
  readonly taps: readonly Tap[]
  /** Called once: end, failure or hang-up. What it returns is the client's last event. */
  readonly finish: (refusal?: Refusal) => string
  readonly drain: Drain | undefined
  readonly toFailure: ToFailure
  /** What makes of events what the client reads; absent where it reads events. */
  readonly frame: Frame | undefined
}

/** What a provider's own words for a failure mean. */
export type ToFailure = (provider: string, failure: Failure) => Refusal

/**
 * One reader, one writer, everything that looks in between. The stream is one of the runtime's own kind, which hands
 * pieces to the connection without a queue in between; to readers it is like any other.
 */
export function pump(x: Exchange, answer: StreamedAnswer, options: PumpOptions): ReadableStream<Bytes> {
  const { taps, finish, drain, toFailure, frame } = options
  const { reader } = answer
  const look = createLook(x, answer.hideUsage, taps)
  let controller: ReadableStreamDirectController
  let isOver: (() => void) | undefined
  let { head, pending } = answer
  let isGone = false
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

  /** Reads on, for as long as pieces are there and the client takes them. */
  const more = (): void => {
    try {
      let read: Awaitable<StreamRead>
      do {
        read = next()
        if ('then' in read) return void read.then(give, fail)
      } while (take(read))
    } catch (error) {
      fail(error)
    }
  }
  const give = (read: StreamRead): void => {
    try {
      if (take(read)) more()
    } catch (error) {
      fail(error)
    }
  }
  /** Whether to read on at once. */
  const take = ({ done, value }: StreamRead): boolean => {
    if (isGone) return false
    taken()
    if (done) close(end())
    const out = done ? nothing : framed(look.take(value))
    return out.length === 0 ? !done : pass(out)
  }
  const pass = (out: Bytes): boolean => {
    x.quietSince = performance.now()
    x.firstByteMs ??= x.quietSince - x.startedAt
    const written = controller.write(out)
    if (!(written instanceof Promise)) return true
    // The client is slower than the provider: so is the reading. Pings would look as if it took something.
    x.onQuiet = undefined
    x.connection.expectReading()
    written.then(goOn, fail)
    return false
  }
  const framed = (events: Bytes): Bytes => (frame === undefined ? events : frame(events))
  const ping = (): void => void controller.write(framed(x.lens?.refusesComments === true ? BLANK_LINE : PING))
  const goOn = (): void => {
    if (isGone) return
    x.connection.keepOpen()
    x.onQuiet = ping
    more()
  }
  const fail = (error: unknown): void => {
    if (isGone) return
    Promise.try(() => reader.cancel(error)).catch(() => {})
    try {
      close(end(error))
    } catch (bug) {
      controller.close(bug as Error)
      isOver?.()
    }
  }

  function close(last: Bytes): void {
    x.onQuiet = undefined
    const out = framed(last)
    if (out.length > 0) controller.write(out)
    controller.close()
    isOver?.()
  }

  /** Events that we have written ourselves also say what nobody has told us: their languages have no word for that. */
  function told(): Exchange['usage'] {
    return answer.usage === undefined ? x.usage : answer.usage(x.usage)
  }

  /** The provider is done, one way or the other: what to say to the client, unless the answer was complete. */
  function end(error?: unknown): Bytes {
    const rest = look.rest()
    const isDone = !(error instanceof Refusal) && look.isFinished(error !== undefined)
    x.usage = told()
    const failed = isDone ? failedBy() : undefined
    if (!isDone) x.unfinished = look.sample()
    const words = finish(isDone ? failed : toCut(x, error))
    // What failed has been said by the provider itself.
    return words === '' || failed !== undefined ? rest : joinText(rest, words)
  }

  /** An answer that ended as its provider says that it failed; without a bill, what it said until then is one. */
  function failedBy(): Refusal | undefined {
    const failure = look.failure()
    if (failure === undefined || x.target === undefined) return undefined
    if (!failure.isBilled) x.unfinished = look.sample()
    return toFailure(x.target.provider, failure)
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

  return directStream<Bytes>({
    pull(given) {
      controller = given
      // It begins early, because nothing was heard for long.
      if (x.quietSince > x.startedAt) ping()
      x.onQuiet = ping
      const whole = new Promise<void>(resolve => {
        isOver = resolve
      })
      more()
      return whole
    },
    cancel() {
      isGone = true
      x.onQuiet = undefined
      isOver?.()
      const isFirst = !x.hungUp
      x.hungUp = true
      if (isFirst ? drain?.(x) : x.cut !== undefined && !x.abort.signal.aborted) return void readOn()
      const refusal = new Refusal('client_closed', 'The client hung up')
      x.usage = told()
      // Who goes away behind the last word has left nothing to be estimated.
      const isDone = look.isFinished(false)
      if (x.usage === undefined || !isDone) x.unfinished = look.sample()
      finish((isDone ? failedBy() : undefined) ?? refusal)
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
        x.connection.keepOpen()
        const { done, value } = await reader.read()
        if (done) {
          finish()
          return controller.close()
        }
        x.firstByteMs ??= performance.now() - x.startedAt
        x.connection.expectReading()
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
