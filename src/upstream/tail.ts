import { type Bytes, joinBytes } from '../base/bytes.ts'
import type { Lens } from '../contract/dialect.ts'
import { parseObject } from '../contract/loose-json.ts'
import type { ByteSource, JsonObject, Usage } from '../types.ts'

/** So much of the end is kept (bytes): behind what it used, an answer says little. */
const WINDOW = 16 * 1024
/** So many places are tried, the last one first. */
const TRIES = 4
/** The names of reports of usage. Within a text their quotes would be escaped. */
const REPORT = /"usage(?:Metadata)?"\s*:\s*\{/g
const decoder = new TextDecoder()

/** A reader of JSON that is too long to be looked into, and what its last bytes tell. */
export interface Tail {
  readonly reader: ByteSource
  /** What the answer used, once all of it has passed; undefined where its end does not say it. */
  usage(): Usage | undefined
}

/** Images are in front of what they have cost: for that, nobody has to read them. */
export function createTail(source: ByteSource, lens: Lens): Tail {
  let last: Bytes = new Uint8Array()
  return {
    reader: {
      async read() {
        const read = await source.read()
        if (!read.done) last = endOf(last, read.value)
        return read
      },
      cancel: reason => source.cancel(reason),
    },
    usage() {
      const json = lastMembers(decoder.decode(last))
      return json && lens.usage(json)
    },
  }
}

const endOf = (last: Bytes, more: Bytes): Bytes =>
  more.length >= WINDOW ? more.slice(-WINDOW) : joinBytes([last, more]).slice(-WINDOW)

/**
 * The members of the outermost object from its report of usage on: with a brace before them they are an object of their
 * own, and with those of an inner one they are none. Some stream by sending an array of such objects.
 */
function lastMembers(text: string): JsonObject | undefined {
  const end = text.trimEnd().replace(/\]$/, '')
  for (const { index } of [...end.matchAll(REPORT)].slice(-TRIES).reverse()) {
    const json = parseObject(`{${end.slice(index)}`)
    if (Object.keys(json).length > 0) return json
  }
  return undefined
}
