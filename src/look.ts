import { type Bytes, joinBytes } from './bytes.ts'
import type { Lens } from './dialect.ts'
import { refuse } from './errors.ts'
import { blocks, dataOf, endOfLastEvent, reframe, reportsUsage, toJson } from './events.ts'
import type { Exchange, Unfinished } from './exchange.ts'

/** Sees the data of each event and gives it back, changed or not, or `undefined` to drop the event. */
export type Tap = (data: string) => string | undefined

/** Looks at the events of a stream on their way to the client. */
export interface Look {
  /** Bytes in, the bytes that may go out now: whole events. */
  take(bytes: Bytes): Bytes
  /** What is left at the end, if it finishes the answer. */
  rest(): Bytes
  /** The answer said itself that it was complete; when the connection broke, it must also have said that nothing follows. */
  isFinished(isBroken: boolean): boolean
  /** The beginning of what came. */
  sample(): Unfinished
}

const encoder = new TextEncoder()
const nothing: Bytes = new Uint8Array()

/** No honest event is larger (bytes); a broken or hostile provider may send one without end. */
const EVENT_LIMIT = 16 * 1024 * 1024
const LINE_FEED = 10
/** So much of a stream is kept for an estimate, should its end never come (bytes). */
const SAMPLE = 64 * 1024
/** So many pieces are kept to see whether a stream ended properly. */
const LAST = 4
// Single bytes stay single characters in this encoding, so that offsets in the text are offsets in the bytes.
const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Whole events go out as the bytes that came in. Most are not even parsed: only those that report usage, and the last. */
export function createLook(x: Exchange, hideUsage: boolean, taps: readonly Tap[]): Look {
  const lens = x.lens!
  const held: Bytes[] = []
  let heldSize = 0
  /** The last characters of what is held: the end of an event may lie across two pieces. */
  let seam = ''
  let lastFate: 'kept' | 'hidden' = 'kept'
  /** Set while the last line end may still get its other half. */
  let halfFate: 'kept' | 'hidden' | undefined
  // The end is looked for at the end only, in the last pieces: most of a stream is text that says nothing about itself.
  const last: string[] = []
  const first: Bytes[] = []
  let size = 0

  function events(bytes: Bytes, text: string): Bytes {
    // Comments say nothing, however many of them follow the end.
    if (text.includes('data:') && last.push(text) > LAST) last.shift()
    lastFate = 'kept'
    if (taps.length === 0 && !reportsUsage(text)) return bytes
    const kept: Bytes[] = []
    for (const [start, end] of blocks(text)) {
      const out = pass(text.slice(start, end), bytes.subarray(start, end))
      lastFate = out === undefined ? 'hidden' : 'kept'
      if (out !== undefined) kept.push(out)
    }
    return joinBytes(kept)
  }

  /** One event: hidden, changed by a tap, or the bytes that it was. */
  function pass(block: string, bytes: Bytes): Bytes | undefined {
    if (isHidden(block)) return undefined
    if (taps.length === 0) return bytes
    const text = utf8.decode(bytes)
    const data = dataOf(text)
    if (data === '') return bytes
    let seen: string | undefined = data
    for (const tap of taps) if (seen !== undefined) seen = tap(seen)
    if (seen === data) return bytes
    return seen === undefined ? undefined : encoder.encode(reframe(text, seen))
  }

  /** Learns the usage; true for the event that the client did not ask for. */
  function isHidden(block: string): boolean {
    const json = reportsUsage(block) ? toJson(dataOf(block)) : undefined
    if (json === undefined) return false
    x.usage = lens.usage(json, x.usage) ?? x.usage
    return hideUsage && lens.isUsageOnly(json)
  }

  function hold(bytes: Bytes, text: string): void {
    if (bytes.length === 0) return
    held.push(bytes)
    heldSize += bytes.length
    seam = (seam + text.slice(-3)).slice(-3)
  }

  /** An event that is too large passes unseen; where taps have to see it, it does not pass. */
  function letGo(): Bytes {
    if (taps.length > 0)
      refuse('upstream_invalid', `The provider sent an event of more than ${EVENT_LIMIT} bytes`)
    const end = seam
    const whole = release(nothing)
    seam = end
    return whole
  }

  function release(bytes: Bytes): Bytes {
    const whole = joinBytes([...held, bytes])
    held.length = heldSize = 0
    seam = ''
    return whole
  }

  /** The other half of a line end that was cut in two belongs to the event before it, and shares its fate. */
  function takeHalf(bytes: Bytes): Bytes {
    const isHalf = halfFate !== undefined && bytes[0] === LINE_FEED
    const half = isHalf && halfFate === 'kept' ? bytes.subarray(0, 1) : nothing
    halfFate = undefined
    const out = takeWhole(isHalf ? bytes.subarray(1) : bytes)
    return half.length === 0 ? out : joinBytes([half, out])
  }

  function takeWhole(bytes: Bytes): Bytes {
    const text = latin1.decode(bytes)
    const end = endOfLastEvent(seam + text)
    const isAtEnd = end === seam.length + text.length
    if (end === 0) {
      hold(bytes, text)
      return heldSize > EVENT_LIMIT ? letGo() : nothing
    }
    const cut = Math.max(0, end - seam.length)
    const whole = release(bytes.subarray(0, cut))
    hold(bytes.subarray(cut), text.slice(cut))
    const out = events(whole, whole.length === cut ? text.slice(0, cut) : latin1.decode(whole))
    if (isAtEnd && text.endsWith('\r')) halfFate = lastFate
    return out
  }

  return {
    take(bytes) {
      if (size < SAMPLE) first.push(bytes)
      size += bytes.length
      return halfFate === undefined ? takeWhole(bytes) : takeHalf(bytes)
    },
    rest() {
      const whole = release(nothing)
      const text = latin1.decode(whole)
      // A piece of an event is of no use to anybody, unless only the blank line behind it is missing.
      return lens.endOf(dataOf(text)) === undefined ? nothing : events(whole, text)
    },
    isFinished(isBroken) {
      let isEnd = false
      // The end, and why it came, are told by the last few events: nobody looks further back than needed.
      for (const data of backwards(last)) {
        const what: ReturnType<Lens['endOf']> = isEnd ? undefined : lens.endOf(data)
        isEnd ||= isBroken ? what === 'stream' : what !== undefined
        x.finish ??= finishOf(data, lens)
        if (isEnd && (x.finish !== undefined || lens.finish === undefined)) break
      }
      return isEnd
    },
    sample: () => ({ size, bytes: joinBytes(first) }),
  }
}

/** The data of the events, the last one first. */
function* backwards(texts: readonly string[]): Generator<string> {
  for (let i = texts.length - 1; i >= 0; i--) {
    const text = texts[i]!
    const found = [...blocks(text)]
    for (let at = found.length - 1; at >= 0; at--) {
      const [start, end] = found[at]!
      yield dataOf(text.slice(start, end))
    }
  }
}

/** Why the model stopped, where this event says it. */
function finishOf(data: string, lens: Lens): string | undefined {
  const json = lens.finish && toJson(data)
  return json && lens.finish?.(json)
}
