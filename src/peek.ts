import { type Bytes, joinBytes } from './bytes.ts'
import { blocks, dataOf, toJson } from './events.ts'
import type { JsonObject, StreamRead } from './types.ts'

type Reader = ReadableStreamDefaultReader<Bytes>

/** The beginning of a stream. */
export interface Head {
  readonly head?: Bytes
  readonly pending?: Promise<StreamRead>
  /** The first event, empty unless it may be an error; undefined when it did not come in time. */
  readonly event?: JsonObject
  /** The stream ended before its first event was complete. */
  readonly isEmpty: boolean
}

/** So long (ms) and so much (bytes) is held back; then the client gets what there is. */
const PATIENCE = 2000
const ENOUGH = 64 * 1024

const decoder = new TextDecoder()

/** Reads up to the first event with data, so that a stream that begins with an error can still be tried elsewhere. */
export async function peek(reader: Reader): Promise<Head> {
  const first = reader.read()
  let head: Bytes | undefined
  let late: ReturnType<typeof setTimeout> | undefined
  const inTime = new Promise<undefined>(resolve => {
    late = setTimeout(resolve, PATIENCE, undefined)
  })
  try {
    for (let pending = first; ; pending = reader.read()) {
      const read = await Promise.race([pending, inTime])
      if (read === undefined) return { ...(head && { head }), pending, isEmpty: false }
      if (read.done) return { isEmpty: true }
      head = head === undefined ? read.value : joinBytes([head, read.value])
      const event = firstEvent(decoder.decode(head))
      if (event !== undefined || head.length > ENOUGH)
        return { head, isEmpty: false, ...(event && { event }) }
    }
  } finally {
    clearTimeout(late)
  }
}

/** The first complete event that has data; comments and pings do not count. */
function firstEvent(text: string): JsonObject | undefined {
  for (const [start, end, isComplete] of blocks(text)) {
    const data = isComplete ? dataOf(text.slice(start, end)) : ''
    // Only an error is looked for: a first event that does not even mention one need not be parsed.
    if (data !== '') return data.includes('"error"') ? (toJson(data) ?? {}) : {}
  }
  return undefined
}
