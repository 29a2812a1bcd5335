import { isObject } from '../contract/loose-json.ts'

/** Behind this stands the input of a custom tool, in the JSON that a model writes for it. */
const OPENING = /^\s*\{\s*"input"\s*:\s*"/
/** No longer beginning is waited for. */
const PATIENCE = 200

/**
 * Reads the one string of `{"input": "…"}` while it is being written. What is cut within an escape or a pair of
 * surrogates waits for its other half.
 */
export function createFreeText() {
  let raw = ''
  let state: 'before' | 'inside' | 'after' = 'before'

  function open(): boolean {
    const match = OPENING.exec(raw)
    if (match === null) {
      if (raw.length > PATIENCE) state = 'after'
      return false
    }
    raw = raw.slice(match[0].length)
    state = 'inside'
    return true
  }

  return {
    /** The text that can be told by now. */
    push(more: string): string {
      raw += more
      if (state === 'after' || (state === 'before' && !open())) return ''
      const end = endOfString(raw)
      const safe = end ?? safeLength(raw)
      const text = unescaped(raw.slice(0, safe))
      raw = raw.slice(safe)
      if (end !== undefined || text === undefined) state = 'after'
      return text ?? ''
    },
  }
}

/** The free text in what a model has written for such a tool; as much as there is of it, where it was cut. */
export function freeTextOf(input: string): string {
  try {
    const json: unknown = JSON.parse(input)
    if (typeof json === 'string') return json
    return isObject(json) && typeof json.input === 'string' ? json.input : input
  } catch {
    return begunIn(input) ?? input
  }
}

/** Undefined where it is no such JSON. */
function begunIn(input: string): string | undefined {
  if ('{"input":"'.startsWith(input.replace(/\s+/g, ''))) return ''
  const match = OPENING.exec(input)
  if (match === null) return undefined
  const raw = input.slice(match[0].length)
  return unescaped(raw.slice(0, endOfString(raw) ?? safeLength(raw)))
}

/** Where the closing quote is. */
function endOfString(raw: string): number | undefined {
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] === '\\') i++
    else if (raw[i] === '"') return i
  }
  return undefined
}

/** Up to an escape, or half a character, at the end. */
function safeLength(raw: string): number {
  const cut =
    /\\(?:u[\da-fA-F]{0,3})?$|\\u[dD][89abAB][\da-fA-F]{2}(?:\\(?:u[\da-fA-F]{0,3})?)?$|[\ud800-\udbff]$/.exec(
      raw,
    )
  if (cut === null) return raw.length
  // An escaped backslash is no beginning of an escape.
  let slashes = 0
  while (raw[cut.index - 1 - slashes] === '\\') slashes++
  return slashes % 2 === 0 ? cut.index : raw.length
}

function unescaped(raw: string): string | undefined {
  try {
    return JSON.parse(`"${raw}"`) as string
  } catch {
    return undefined
  }
}
