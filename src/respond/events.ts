import type { Bytes } from '../base/bytes.ts'
import { findBytes } from '../base/runtime.ts'
import type { JsonObject } from '../types.ts'

/** Server-sent events as text: where they end and what they say (WHATWG, "Server-sent events"). */

const LINE_FEED = 10
const SPACE = 32
const COLON = 58
/** What `null` begins with. */
const N = 110

/** A blank line: two line ends in a row, where `\r\n` is one. */
const BOUNDARY = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)/g

/** Where the last complete event ends; 0 when none does. A `\r` at the very end counts as a line end, though a `\n` may follow. */
export function endOfLastEvent(text: string): number {
  if (text.endsWith('\n\n')) return text.length
  if (!text.includes('\r')) {
    const at = text.lastIndexOf('\n\n')
    return at < 0 ? 0 : at + 2
  }
  let end = 0
  for (const match of text.matchAll(BOUNDARY)) end = match.index + match[0].length
  return end
}

function* ends(text: string): Generator<number> {
  for (const match of text.matchAll(BOUNDARY)) yield match.index + match[0].length
}

/** The same where all line ends are line feeds, as in nearly all streams: no pattern has to be tried. */
function* plainEnds(text: string): Generator<number> {
  for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n', at + 2)) yield at + 2
}

/** The events of a text with their blank lines; the last one may be incomplete. */
export function* blocks(text: string): Generator<readonly [start: number, end: number, isComplete: boolean]> {
  let start = 0
  for (const end of text.includes('\r') ? ends(text) : plainEnds(text)) {
    yield [start, end, true]
    start = end
  }
  if (start < text.length) yield [start, text.length, false]
}

/** The events of a text, the last one first; they may be cut a line end further than `blocks` does. */
export function* backwards(text: string): Generator<string> {
  if (text.includes('\r')) {
    for (const [start, end] of [...blocks(text)].reverse()) yield text.slice(start, end)
    return
  }
  for (let end = text.length; end > 0; ) {
    const before = end < 3 ? -1 : text.lastIndexOf('\n\n', end - 3)
    const start = before < 0 ? 0 : before + 2
    yield text.slice(start, end)
    end = start
  }
}

/** What the names of reports of usage begin with: `usage`, `usageMetadata`. */
const USAGE = '"usage'
/** The same as bytes: where it is missing, no report is. */
const USAGE_MARK = new TextEncoder().encode(USAGE)
const endings = ['"', 'Metadata"']

/** Some event says `"usage": {…}`; `"usage": null`, which many say in every event, does not count. */
export const reportsUsage = (text: string): boolean => findUsage(text, 0) >= 0

/** The events that do, as `blocks` has them; nearly all of a stream is text that says nothing about itself. */
export function* usageBlocks(text: string): Generator<readonly [start: number, end: number]> {
  if (text.includes('\r')) {
    for (const [start, end] of blocks(text)) if (reportsUsage(text.slice(start, end))) yield [start, end]
    return
  }
  for (let at = findUsage(text, 0); at >= 0; ) {
    const [before, behind] = [text.lastIndexOf('\n\n', at), text.indexOf('\n\n', at)]
    const end = behind < 0 ? text.length : behind + 2
    yield [before < 0 ? 0 : before + 2, end]
    at = findUsage(text, end)
  }
}

/** Where the next report of usage begins; -1 when there is none. Looks at no character twice. */
function findUsage(text: string, from: number): number {
  for (let at = text.indexOf(USAGE, from); at >= 0; ) {
    let next = at + USAGE.length
    const ending = endings.find(each => text.startsWith(each, next))
    if (ending !== undefined) {
      next += ending.length
      while (isBetween(text.charCodeAt(next))) next++
      if (text[next] === '{') return at
    }
    at = text.indexOf(USAGE, next)
  }
  return -1
}

/** Where the first report of usage may stand; -1 when there is none. Many say `"usage":null` in every event. */
export function findReport(bytes: Bytes): number {
  for (let at = findBytes(bytes, USAGE_MARK, 0); at >= 0; at = findBytes(bytes, USAGE_MARK, at + 1)) {
    const colon = bytes.indexOf(COLON, at)
    let value = colon + 1
    while (bytes[value] === SPACE) value++
    if (colon < 0 || bytes[value] !== N) return at
  }
  return -1
}

/** Where the event begins that holds a position, or ends before it: behind the last blank line; 0 where there is none. */
export function startOfEvent(bytes: Bytes, at: number): number {
  for (let i = at; i >= 2; i--) if (bytes[i - 1] === LINE_FEED && bytes[i - 2] === LINE_FEED) return i
  return 0
}

/** White space or a colon. */
const isBetween = (code: number): boolean => code === 58 || code === 32 || (code >= 9 && code <= 13)

/** The data of one event, per the server-sent events grammar. */
export function dataOf(block: string): string {
  // Nearly all events are one line.
  if (block.startsWith('data: ') && block.indexOf('\n') === block.length - 2 && !block.includes('\r'))
    return block.slice(6, -2)
  return block
    .split(/\r\n|\n|\r/)
    .filter(line => line.startsWith('data:'))
    .map(line => line.slice(line.startsWith('data: ') ? 6 : 5))
    .join('\n')
}

/** The same event with other data. */
export const reframe = (block: string, data: string): string => {
  const kept = block.split(/\r\n|\n|\r/).filter(line => line !== '' && !line.startsWith('data:'))
  return [...kept, ...data.split('\n').map(line => `data: ${line}`)].join('\n') + '\n\n'
}

/** The events of a text with what is made of their data; an event of which nothing is left goes. */
export function mapData(text: string, make: (data: string) => string | undefined): string {
  let out = ''
  for (const [start, end] of blocks(text)) {
    const block = text.slice(start, end)
    const data = dataOf(block)
    const made = data === '' ? data : make(data)
    if (made === data) out += block
    else if (made !== undefined) out += reframe(block, made)
  }
  return out
}

/** The data as an object; undefined when it is none: `[DONE]`, or broken. */
export function toJson(data: string): JsonObject | undefined {
  if (!data.startsWith('{')) return undefined
  try {
    return JSON.parse(data) as JsonObject
  } catch {
    return undefined
  }
}
