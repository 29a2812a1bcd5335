import { type Bytes, joinBytes } from '../base/bytes.ts'
import type { ByteSource, StreamRead } from '../types.ts'

/**
 * Some languages stream lines of JSON. Within the house every stream is one of server-sent events, which is what all read
 * that look into streams: lines become events where they arrive, and are lines again where they leave.
 */

export const LINES = 'application/x-ndjson'

export const isLines = (contentType: string): boolean => /^application\/(?:x-)?ndjson\b/i.test(contentType)

/** The next piece of a stream, in other frames. It may begin and end anywhere. */
export type Frame = (piece: Bytes) => Bytes

const encoder = new TextEncoder()
const DATA = encoder.encode('data: ')
const BLANK_LINE = encoder.encode('\n\n')
const SPACE = encoder.encode(' ')
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const COLON = 58
/** White space is all that has a code up to this one, in a line of JSON. */
const LAST_SPACE = 32

/** `LINE⏎` becomes `data: LINE⏎⏎`. */
export function toEvents(): Frame {
  let isInLine = false
  return read => {
    const piece = withoutReturns(read)
    const out: Bytes[] = []
    for (let at = 0; at < piece.length; ) {
      if (!isInLine) {
        // Empty lines say nothing, and neither does what stands before a line.
        while (piece[at]! <= LAST_SPACE) at++
        if (at === piece.length) break
        out.push(DATA)
        isInLine = true
      }
      const end = piece.indexOf(LINE_FEED, at)
      if (end < 0) {
        out.push(piece.subarray(at))
        break
      }
      out.push(piece.subarray(at, end), BLANK_LINE)
      isInLine = false
      at = end + 1
    }
    return joinBytes(out)
  }
}

/** In a line of JSON they are white space, and as good as a space; in an event they would end it. */
const withoutReturns = (piece: Bytes): Bytes =>
  piece.includes(CARRIAGE_RETURN) ? piece.map(byte => (byte === CARRIAGE_RETURN ? LAST_SPACE : byte)) : piece

/**
 * `data: LINE⏎⏎` becomes `LINE⏎`. All else is left out; of a comment, which tells that the connection lives, a space is
 * left, which does the same and means nothing before a line of JSON.
 */
export function toLines(): Frame {
  /** So many bytes of the line under way are those that data begin with; undefined where it holds no data. */
  let alike: number | undefined = 0
  return piece => {
    const out: Bytes[] = []
    for (let at = 0; at < piece.length; ) {
      if (alike === DATA.length || alike === undefined) {
        const end = piece.indexOf(LINE_FEED, at) + 1 || piece.length
        if (alike !== undefined) out.push(piece.subarray(at, end))
        if (piece[end - 1] === LINE_FEED) alike = 0
        at = end
      } else if (piece[at] === DATA[alike]) {
        alike++
        at++
      } else {
        if (alike === 0 && piece[at] === COLON) out.push(SPACE)
        alike = undefined
      }
    }
    return joinBytes(out)
  }
}

/** The same stream as events. */
export function asEvents(lines: ByteSource): ByteSource {
  const frame = toEvents()
  const framed = (read: StreamRead): StreamRead =>
    read.done ? read : { done: false, value: frame(read.value) }
  return {
    read() {
      const read = lines.read()
      return read instanceof Promise ? read.then(framed) : framed(read)
    },
    cancel: reason => lines.cancel(reason),
  }
}
