import { refuse } from '../errors.ts'

/** A member of the outermost object: its key, and where its value stands in the text. */
export interface Member {
  readonly key: string
  readonly start: number
  readonly end: number
}

/** No honest request nests deeper; a hostile one could make others overflow their stack. */
export const MAX_DEPTH = 128
/** Nor has one more members, in all its objects. A megabyte of nothing but names takes longer than ten of prompts. */
export const MAX_MEMBERS = 250_000

/** So many members are remembered. */
const MOST = 200

const SPACE_CODE = 32
export const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
export const COLON = 58
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

/** Parses JSON; what is broken, too deep or too much is refused with the line and column of the fault. */
export const parseJson = (text: string): unknown => parseText(text).json

/**
 * The same with the members of the outermost object: one look at the text tells both, and its depth. Without members where
 * there are more than an honest body has: they would be kept as long as the call takes.
 */
export function parseText(text: string): { readonly json: unknown; readonly members?: readonly Member[] } {
  const members: Member[] = []
  const excess = scan(text, members, HONEST)
  if (excess !== undefined)
    refuse('invalid_request', `The body ${excess.what} at ${position(text, excess.at)}`)
  try {
    const json: unknown = JSON.parse(text)
    return members.length > MOST ? { json } : { json, members }
  } catch {
    if (text.trim() === '') refuse('invalid_request', 'The body is empty: send a JSON object')
    const fault = findFault(text)
    return refuse(
      'invalid_request',
      `The body is not valid JSON: ${fault.what} at ${position(text, fault.at)}`,
    )
  }
}

/** The members of the outermost object of valid JSON, duplicates included, in order. */
export function topLevel(text: string): readonly Member[] {
  const members: Member[] = []
  scan(text, members, ANY)
  return members
}

/** How much a text may hold. */
interface Bounds {
  readonly depth: number
  readonly members: number
}

const HONEST: Bounds = { depth: MAX_DEPTH, members: MAX_MEMBERS }
const ANY: Bounds = { depth: Number.POSITIVE_INFINITY, members: Number.POSITIVE_INFINITY }

interface Fault {
  readonly at: number
  readonly what: string
}

/**
 * Finds the members of the outermost object, and where the text goes beyond its bounds; undefined if it never does.
 * What is no JSON is looked at all the same, and makes members that mean nothing. Looks at no character inside strings.
 */
function scan(text: string, members: Member[], most: Bounds): Fault | undefined {
  let depth = 0
  let count = 0
  let key: string | undefined
  let start = -1
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) {
      const end = stringEnd(text, i)
      if (depth === 1 && key === undefined) key = keyOf(text, i, end)
      else if (depth === 1 && start < 0) start = i
      i = end - 1
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      if (depth === 1 && start < 0) start = i
      if (++depth > most.depth) return { at: i, what: `is nested deeper than ${most.depth} levels` }
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET || (c === COMMA && depth === 1)) {
      if (depth === 1 && key !== undefined) {
        members.push({ key, start, end: trimmedEnd(text, i) })
        key = undefined
        start = -1
      }
      if (c !== COMMA) depth--
    } else if (c === COLON) {
      if (++count > most.members) return { at: i, what: `has more than ${most.members} fields` }
    } else if (depth === 1 && key !== undefined && start < 0 && c > 32) start = i
  }
  return undefined
}

/** Valid JSON without the white space between its parts. */
export function withoutSpace(text: string): string {
  let out = ''
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) i = stringEnd(text, i) - 1
    else if (c <= SPACE_CODE) {
      out += text.slice(from, i)
      from = i + 1
    }
  }
  return from === 0 ? text : out + text.slice(from)
}

/** The index behind the closing quote. Jumps from quote to quote: prompts are long and have few. */
export function stringEnd(text: string, open: number): number {
  for (let at = open + 1; ; at++) {
    at = text.indexOf('"', at)
    if (at < 0) return text.length
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return at + 1
  }
}

/** The text may end within a string: its last quote then is an escaped one, or the one that opened it. */
function isRealEnd(text: string, open: number, end: number): boolean {
  let slashes = 0
  while (text.charCodeAt(end - 2 - slashes) === BACKSLASH) slashes++
  return end - 1 > open && slashes % 2 === 0
}

function keyOf(text: string, open: number, end: number): string {
  const raw = text.slice(open + 1, end - 1)
  if (!raw.includes('\\')) return raw
  try {
    return JSON.parse(text.slice(open, end)) as string
  } catch {
    // No JSON: it is refused in a moment.
    return raw
  }
}

function trimmedEnd(text: string, end: number): number {
  let at = end
  while (text.charCodeAt(at - 1) <= 32) at--
  return at
}

function position(text: string, at: number): string {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  return `line ${line}, column ${at - before.lastIndexOf('\n')}`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these in strings
const BAD_IN_STRING = /[\u0000-\u001f]|\\(?!u[\da-fA-F]{4}|["\\/bfnrt])/
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y
const SPACE = /[ \t\n\r]*/y

/** Finds the first fault of text that `JSON.parse` rejects, and says what was expected there. Runs only after a failure. */
export function findFault(text: string): Fault {
  let at = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    if (!pattern.test(text)) return false
    at = pattern.lastIndex
    return true
  }
  /** Set when a string was begun and is broken: then no white space is skipped to where the fault is. */
  let broken: Fault | undefined
  const takeString = (): boolean => {
    if (text.charCodeAt(at) !== QUOTE) return false
    const end = stringEnd(text, at)
    const isClosed = text.charCodeAt(end - 1) === QUOTE && isRealEnd(text, at, end)
    // An escaped pair is one unit: without this the second backslash of a pair would look like the start of an escape.
    const raw = text.slice(at + 1, isClosed ? end - 1 : end).replaceAll('\\\\', '  ')
    const bad = raw.search(BAD_IN_STRING)
    if (bad >= 0)
      broken = { at: at + 1 + bad, what: 'a character or an escape that strings may hold is expected' }
    else if (!isClosed) broken = { at: text.length, what: 'it ends where a string has to be closed' }
    if (broken === undefined) at = end
    return broken === undefined
  }
  const eat = (char: string): boolean => {
    take(SPACE)
    if (text[at] !== char) return false
    at++
    return true
  }
  const fault = (expected: string) => {
    if (broken !== undefined) return broken
    take(SPACE)
    return {
      at,
      what: at >= text.length ? `it ends where ${expected} is expected` : `${expected} is expected`,
    }
  }
  const open: string[] = []
  for (;;) {
    if (eat('{')) {
      open.push('}')
      if (!eat('}')) {
        if (!takeString()) return fault('a field name in double quotes, or "}",')
        if (!eat(':')) return fault('":"')
        continue
      }
      open.pop()
    } else if (eat('[')) {
      open.push(']')
      if (!eat(']')) continue
      open.pop()
    } else if (!takeString() && !take(SCALAR)) return fault('a value')
    for (;;) {
      const close = open.at(-1)
      if (close === undefined) return fault('the end of the text')
      if (eat(close)) {
        open.pop()
        continue
      }
      if (!eat(',')) return fault(`"," or "${close}"`)
      break
    }
    if (open.at(-1) === '}') {
      take(SPACE)
      if (!takeString()) return fault('a field name in double quotes')
      if (!eat(':')) return fault('":"')
    }
  }
}
