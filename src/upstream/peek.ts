import { type Bytes, joinBytes } from '../base/bytes.ts'
import type { Lens } from '../contract/dialect.ts'
import { blocks, dataOf, toJson } from '../respond/events.ts'
import type { ByteSource, JsonObject, StreamRead } from '../types.ts'

/** The beginning of a stream. */
export interface Head {
  readonly head?: Bytes
  readonly pending?: Promise<StreamRead>
  /** The error that the stream begins with. */
  readonly failure?: { readonly status: number; readonly message: string }
  /** The stream ended before it said anything. */
  readonly isEmpty: boolean
}

/** So long (ms) and so much (bytes) is held back; then the client gets what there is. */
const PATIENCE = 2000
const ENOUGH = 64 * 1024

const decoder = new TextDecoder()

/**
 * Reads up to the first event that says more than that an answer begins, so that a stream that begins with an error
 * can still be tried elsewhere.
 */
export async function peek(source: ByteSource, lens: Lens): Promise<Head> {
  let head: Bytes | undefined
  let late: ReturnType<typeof setTimeout> | undefined
  let inTime: Promise<undefined> | undefined
  /** Undefined where it takes too long, all pieces together. */
  const soon = (reading: Promise<StreamRead>): Promise<StreamRead | undefined> => {
    inTime ??= new Promise(resolve => {
      late = setTimeout(resolve, PATIENCE, undefined)
    })
    return Promise.race([reading, inTime])
  }
  try {
    for (;;) {
      const reading = source.read()
      const read = reading instanceof Promise ? await soon(reading) : reading
      if (read === undefined)
        return { ...(head && { head }), pending: Promise.resolve(reading), isEmpty: false }
      if (read.done) return { isEmpty: true }
      head = head === undefined ? read.value : joinBytes([head, read.value])
      const verdict = judge(decoder.decode(head), lens)
      if (verdict !== 'preamble' || head.length > ENOUGH)
        return { head, isEmpty: false, ...(typeof verdict === 'object' && { failure: verdict }) }
    }
  } finally {
    clearTimeout(late)
  }
}

/** What the complete events say so far; comments and pings do not count. */
function judge(text: string, lens: Lens): 'preamble' | 'content' | NonNullable<Head['failure']> {
  for (const [start, end, isComplete] of blocks(text)) {
    const data = isComplete ? dataOf(text.slice(start, end)) : ''
    if (data === '') continue
    const event: JsonObject = toJson(data) ?? {}
    // Only an event that mentions an error can be one; most need no closer look.
    const failure = data.includes('"error"') ? lens.failure(event) : undefined
    if (failure) return failure
    if (!lens.isPreamble?.(event)) return 'content'
  }
  return 'preamble'
}
