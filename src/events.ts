import type { JsonObject } from './types.ts'

/** Server-sent events as text: where they end and what they say (WHATWG, "Server-sent events"). */

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

/** The events of a text with their blank lines; the last one may be incomplete. */
export function* blocks(text: string): Generator<readonly [start: number, end: number, isComplete: boolean]> {
  let start = 0
  for (const match of text.matchAll(BOUNDARY)) {
    const end = match.index + match[0].length
    yield [start, end, true]
    start = end
  }
  if (start < text.length) yield [start, text.length, false]
}

/** What reports of usage are called. */
const USAGE = ['"usage"', '"usageMetadata"'] as const

/** Some event says `"usage": {…}`; `"usage": null`, which many say in every event, does not count. */
export const reportsUsage = (text: string): boolean => USAGE.some(name => hasObject(text, name))

function hasObject(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    let next = at + name.length
    while (isBetween(text.charCodeAt(next))) next++
    if (text[next] === '{') return true
  }
  return false
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

/** The data as an object; undefined when it is none: `[DONE]`, or broken. */
export function toJson(data: string): JsonObject | undefined {
  if (!data.startsWith('{')) return undefined
  try {
    return JSON.parse(data) as JsonObject
  } catch {
    return undefined
  }
}
