import { type Bytes, joinBytes } from '../base/bytes.ts'
import { fromLatin1, toLatin1 } from '../base/runtime.ts'
import { parseObject } from '../contract/loose-json.ts'
import type { JsonObject } from '../types.ts'
import { joinWords } from './joined-words.ts'

const encoder = new TextEncoder()
const utf8 = new TextDecoder()
const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/**
 * What stands in the place of the data of one event, which may be more lines; undefined where it stays. `line` is not
 * decoded: letters beyond ASCII are not what they look like. To parse costs much more than to look.
 */
export type Mend = (line: string, parse: () => JsonObject) => string | undefined

/** A stream of server-sent events with some of them mended, some joined; all other bytes stay what they were. */
export function mendedStream(body: ReadableStream<Bytes>, mend: Mend): ReadableStream<Bytes> {
  const reader = body.getReader()
  const held: Bytes[] = []
  return new ReadableStream<Bytes>({
    // Whole lines at a time: what is data of an event stands in one, whatever else the stream holds.
    async pull(controller) {
      for (;;) {
        const { done, value } = await reader.read()
        const end = done ? 0 : Math.max(value.lastIndexOf(LINE_FEED), value.lastIndexOf(CARRIAGE_RETURN)) + 1
        if (done) {
          if (held.length > 0) controller.enqueue(joinBytes(held))
          return controller.close()
        }
        if (end > 0) {
          const bytes = joinBytes([...held.splice(0), value.subarray(0, end)])
          const text = toLatin1(bytes)
          const better = mendLines(joinWords(text), mend)
          controller.enqueue(better === text ? bytes : fromLatin1(better))
        }
        if (end < value.length) held.push(value.subarray(end))
        if (end > 0) return
      }
    },
    cancel: reason => reader.cancel(reason),
  })
}

/** The same text where nothing has to be mended. */
function mendLines(text: string, mend: Mend): string {
  let mended = ''
  let from = 0
  for (const { 0: line, index: start } of text.matchAll(/^data: ?\{[^\r\n]*/gm)) {
    const at = start + line.indexOf('{')
    const end = start + line.length
    const better = mend(line, () => parseObject(utf8.decode(fromLatin1(text.slice(at, end)))))
    if (better === undefined) continue
    mended += text.slice(from, at) + toLatin1(encoder.encode(better))
    from = end
  }
  return from === 0 ? text : mended + text.slice(from)
}
