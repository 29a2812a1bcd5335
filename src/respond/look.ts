import { type Bytes, joinBytes } from '../base/bytes.ts'
import { findBytes } from '../base/runtime.ts'
import type { Lens } from '../contract/dialect.ts'
import { refuse } from '../errors.ts'
import type { Exchange, Unfinished } from '../exchange.ts'
import type { JsonObject } from '../types.ts'
import {
  backwards,
  blocks,
  dataOf,
  endOfLastEvent,
  findReport,
  reframe,
  reportsUsage,
  startOfEvent,
  toJson,
  usageBlocks,
} from './events.ts'

/** Sees the data of each event and gives it back, changed or not, or `undefined` to drop it. `bytes`: as it arrived. */
export type Tap = (data: string, bytes: Bytes) => string | undefined

/** Looks at the events of a stream on their way to the client. */
export interface Look {
  /** Bytes in, the bytes that may go out now: whole events. */
  take(bytes: Bytes): Bytes
  /** What is left at the end, if it finishes the answer. */
  rest(): Bytes
  /** The answer said itself that it was complete; when the connection broke, it must also have said that nothing follows. */
  isFinished(isBroken: boolean): boolean
  /** The failure that the answer ended with, in the provider's own words; known once `isFinished` was asked. */
  failure(): Failure | undefined
  /** The beginning of what came. */
  sample(): Unfinished
}

/** What ended an answer that had begun. */
export interface Failure extends NonNullable<ReturnType<Lens['failure']>> {
  /** It told what it has cost all the same. */
  readonly isBilled: boolean
}

const encoder = new TextEncoder()
const nothing: Bytes = new Uint8Array()

/** No honest event is larger (bytes); a broken or hostile provider may send one without end. */
const EVENT_LIMIT = 16 * 1024 * 1024
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const BLANK_LINE = encoder.encode('\n\n')
const DATA = encoder.encode('data:')
/** No end of an event is longer (bytes) but for its last one. */
const SEAM = 3
/** So much of a stream is kept for an estimate, should its end never come (bytes). */
const SAMPLE = 64 * 1024
/** So many pieces are kept to see whether a stream ended properly. */
const LAST = 4
// Single bytes stay single characters in this encoding, so that offsets in the text are offsets in the bytes.
const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Whole events go out as the bytes that came in. Most are not read as text: only reports of usage, and the last. */
export function createLook(x: Exchange, hideUsage: boolean, taps: readonly Tap[]): Look {
  const lens = x.lens!
  const held: Bytes[] = []
  let heldSize = 0
  /** The last bytes of what is held, or was let go: the end of an event may lie across two pieces. */
  let seam: Bytes = nothing
  let lastFate: 'kept' | 'hidden' = 'kept'
  /** Set while the last line end may still get its other half. */
  let halfFate: 'kept' | 'hidden' | undefined
  // The end is looked for at the end only, in the last pieces: most of a stream is text that says nothing about itself.
  const last: Bytes[] = []
  const first: Bytes[] = []
  let size = 0
  let failure: Failure | undefined

  function events(bytes: Bytes): Bytes {
    remember(bytes)
    lastFate = 'kept'
    return taps.length === 0 ? withoutHidden(bytes) : tapped(bytes)
  }

  function remember(bytes: Bytes): void {
    // What holds no data says nothing, however much of it follows the end. Most begins with it: no need to search.
    if (bytes[0] !== DATA[0] && findBytes(bytes, DATA, 0) < 0) return
    if (last.push(bytes) > LAST) last.shift()
  }

  function withoutHidden(bytes: Bytes): Bytes {
    const mark = findReport(bytes)
    if (mark < 0) return bytes
    const begin = startOfEvent(bytes, mark)
    const text = latin1.decode(bytes.subarray(begin))
    const kept: Bytes[] = []
    let from = 0
    for (const [start, end] of usageBlocks(text)) {
      if (!isHidden(text.slice(start, end))) continue
      kept.push(bytes.subarray(from, begin + start))
      from = begin + end
    }
    if (from === 0) return bytes
    if (from === bytes.length) lastFate = 'hidden'
    return joinBytes([...kept, bytes.subarray(from)])
  }

  function tapped(bytes: Bytes): Bytes {
    const text = latin1.decode(bytes)
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
    const text = utf8.decode(bytes)
    const data = dataOf(text)
    if (data === '') return bytes
    let seen: string | undefined = data
    for (const tap of taps) if (seen !== undefined) seen = tap(seen, bytes)
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

  /** Nothing that goes on may be lost in it: an event that is too large passes unseen. */
  function hold(bytes: Bytes): Bytes {
    if (bytes.length === 0) return nothing
    held.push(bytes)
    heldSize += bytes.length
    seam = bytes.length >= SEAM ? bytes.subarray(-SEAM) : joinBytes([seam, bytes]).subarray(-SEAM)
    return heldSize > EVENT_LIMIT ? letGo() : nothing
  }

  /** Where taps have to see an event that is too large, it does not pass. */
  function letGo(): Bytes {
    if (taps.length > 0)
      refuse('upstream_invalid', `The provider sent an event of more than ${EVENT_LIMIT} bytes`)
    const end = seam
    const whole = release(nothing)
    seam = end
    return whole
  }

  function release(bytes: Bytes): Bytes {
    const whole = held.length === 0 ? bytes : joinBytes([...held, bytes])
    held.length = heldSize = 0
    seam = nothing
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
    // Most pieces are whole events, whatever their lines end with before.
    if (heldSize === 0 && seam.length === 0 && endsEvent(bytes)) return events(bytes)
    const isUsual = heldSize > 0 || seam.length === 0
    return isUsual && !bytes.includes(CARRIAGE_RETURN) && !seam.includes(CARRIAGE_RETURN)
      ? takePlain(bytes)
      : takeOther(bytes)
  }

  /** Line ends are line feeds and nothing else, as in nearly all streams: events can be told apart without reading them. */
  function takePlain(bytes: Bytes): Bytes {
    const isAcross = bytes[0] === LINE_FEED && seam[seam.length - 1] === LINE_FEED
    if (!isAcross && findBytes(bytes, BLANK_LINE, 0) < 0) return hold(bytes)
    const all = release(bytes)
    const end = startOfEvent(all, all.length)
    const out = events(all.subarray(0, end))
    const more = hold(all.subarray(end))
    return more.length === 0 ? out : joinBytes([out, more])
  }

  function takeOther(bytes: Bytes): Bytes {
    const before = latin1.decode(seam)
    const text = before + latin1.decode(bytes)
    const end = endOfLastEvent(text)
    if (end === 0) return hold(bytes)
    const cut = Math.max(0, end - before.length)
    const out = events(release(bytes.subarray(0, cut)))
    const more = hold(bytes.subarray(cut))
    if (end === text.length && text.endsWith('\r')) halfFate = lastFate
    return more.length === 0 ? out : joinBytes([out, more])
  }

  return {
    take(bytes) {
      if (size < SAMPLE) first.push(bytes)
      size += bytes.length
      return halfFate === undefined ? takeWhole(bytes) : takeHalf(bytes)
    },
    rest() {
      const whole = release(nothing)
      // A piece of an event is of no use to anybody, unless only the blank line behind it is missing.
      return lens.endOf(dataOf(latin1.decode(whole))) === undefined ? nothing : events(whole)
    },
    isFinished(isBroken) {
      let isEnd = false
      // The end, and why it came, are told by the last few events: nobody looks further back than needed.
      for (const data of dataFromBehind(last)) {
        const what: ReturnType<Lens['endOf']> = isEnd ? undefined : lens.endOf(data)
        isEnd ||= isBroken ? what === 'stream' : what !== undefined
        const json = what !== undefined || x.finish === undefined ? toJson(data) : undefined
        x.finish ??= json && lens.finish?.(json)
        // Not every language reports it by the name that is looked for on the way.
        x.usage ??= json && lens.usage(json)
        failure ??= json && failureIn(json, lens)
        if (isEnd && (failure !== undefined || x.finish !== undefined || lens.finish === undefined)) break
      }
      return isEnd
    },
    failure: () => failure,
    sample: () => ({ size, bytes: joinBytes(first) }),
  }
}

const endsEvent = (bytes: Bytes): boolean =>
  bytes[bytes.length - 1] === LINE_FEED && bytes[bytes.length - 2] === LINE_FEED

/** The data of the events, the last one first. */
function* dataFromBehind(pieces: readonly Bytes[]): Generator<string> {
  for (let i = pieces.length - 1; i >= 0; i--)
    for (const block of backwards(latin1.decode(pieces[i]!))) yield dataOf(block)
}

function failureIn(event: JsonObject, lens: Lens): Failure | undefined {
  const failure = lens.failure(event)
  return failure && { ...failure, isBilled: lens.usage(event) !== undefined }
}
