import { isObject } from '../../src/contract/loose-json.ts'
import { refuse } from '../../src/errors.ts'
import { summaryOf, withSummary } from '../../src/translate/carrier.ts'
import type { JsonObject } from '../../src/types.ts'

/**
 * Every text of a JSON value, wherever it stands: a field that no language has yet is looked at like all others. Only what
 * is named here is not.
 */

/** Fields that say what something is or which one, in the languages that models speak. What they hold nobody wrote. */
const STRUCTURAL: ReadonlySet<string> = new Set(
  [
    'model role type object status index',
    'id call_id tool_call_id tool_use_id item_id file_id response_id previous_response_id container_id',
    'finish_reason stop_reason finishReason service_tier system_fingerprint',
    'encoding_format media_type mime_type mimeType',
  ]
    .join(' ')
    .split(' '),
)
/** No identifier is longer, and none has spaces in it. */
const IDENTIFIER = /^[\w.:/@+=-]{0,256}$/
/** As long as they like: proofs that a provider wrote it. A summary of ours, which stands there too, is looked into. */
const PROOF: ReadonlySet<string> = new Set(
  'signature thoughtSignature thought_signature encrypted_content obfuscation'.split(' '),
)

/** Fields that name a tool, where these stand beside them, or where this is the field that holds them. */
const TOOL = ['type', 'arguments', 'input', 'args', 'parameters', 'input_schema']
const TOOLS: ReadonlySet<string> = new Set(['function', 'function_call', 'functionCall', 'functionResponse'])
const TOOL_NAME = /^[\w.-]{1,128}$/

/**
 * Values that somebody wrote as a whole, so that all their fields are texts: what a tool is called with, or answers. At the
 * top, `input` is what a model is told: items with fields of the language.
 */
const FREE: ReadonlySet<string> = new Set(['input', 'args', 'arguments', 'structuredContent'])

/** Fields of bytes: they are no text if they look like it, or where the text says so itself. */
const BINARY: ReadonlySet<string> = new Set(
  'data blob b64_json file_data image images image_data audio embedding bytes bytesBase64Encoded imageBytes videoBytes partial_image_b64'.split(
    ' ',
  ),
)
const BASE64 = /^[\w+/=\r\n-]{64,}$/
const DATA_URL = /^data:[\w.+/;=-]{0,200};base64,[\w+/=\s-]*$/

/** Names of fields that are like those of languages and programs; others are texts. */
const PLAIN_NAME = /^[A-Za-z_$][\w$-]{0,39}$/
/** No honest value nests deeper, not even with JSON inside texts. */
const MOST_DEPTH = 400
/** Numbers from here on may be those of cards and accounts. */
const LARGE = 1e12

/** What is made of a text. `at` is where it stands, the same for what continues in the next event of a stream. */
export type Visit = (text: string, at: string) => string

interface Where {
  readonly visit: Visit
  readonly at: string
  readonly depth: number
  /** Somebody wrote all of it: no field is structural. */
  readonly isFree: boolean
  /** Texts are parts, so that nobody can tell yet what they hold. */
  readonly isPart: boolean
}

/** The same value where nothing changes. */
export const mapTexts = <T>(value: T, visit: Visit): T =>
  walk(value, '', { visit, at: '', depth: 0, isFree: false, isPart: false }) as T

/** The same, with texts as they are: what they hold as JSON is not looked for. */
export const mapWhole = <T>(value: T, visit: Visit): T =>
  walk(value, '', { visit, at: '', depth: 0, isFree: false, isPart: true }) as T

/** Each of those, looked at only: texts of events of a stream may be parts of longer ones. */
export const eachText = (value: unknown, see: (text: string, at: string) => void): void => {
  mapWhole(value, (text, at) => {
    see(text, at)
    return text
  })
}

function walk(value: unknown, field: string, where: Where): unknown {
  if (typeof value === 'string') return inText(value, field, where)
  if (typeof value === 'number') return value > LARGE ? inNumber(value, where) : value
  if (typeof value !== 'object' || value === null) return value
  if (where.depth > MOST_DEPTH) refuse('invalid_request', 'The body is nested too deep to be looked into')
  return Array.isArray(value) ? inList(value, field, where) : inObject(value as JsonObject, field, where)
}

function inList(list: readonly unknown[], field: string, where: Where): readonly unknown[] {
  let changed: unknown[] | undefined
  for (let i = 0; i < list.length; i++) {
    const value = list[i]
    // Most long lists are numbers: an embedding.
    if (typeof value === 'number' && value <= LARGE) continue
    const at = isObject(value) ? `${where.at}[${placeOf(value, i)}]` : `${where.at}[${i}]`
    const made = walk(value, field, { ...where, at, depth: where.depth + 1 })
    if (made === value) continue
    changed ??= [...list]
    changed[i] = made
  }
  return changed ?? list
}

/** Streams send some elements only, and say which. */
const placeOf = ({ index }: JsonObject, i: number): number => (typeof index === 'number' ? index : i)

function inObject(object: JsonObject, field: string, where: Where): JsonObject {
  let changed: [string, unknown][] | undefined
  const entries = Object.entries(object)
  for (let i = 0; i < entries.length; i++) {
    const [key, value] = entries[i]!
    const isFree = where.isFree || (FREE.has(key) && where.depth > 0)
    const here = { ...where, isFree, at: `${where.at}.${key}`, depth: where.depth + 1 }
    const name = PLAIN_NAME.test(key) ? key : where.visit(key, `${here.at}#`)
    const isName = !where.isFree && isStructural(key, value, { object, field })
    const made = isName ? value : walk(value, saysText(object, value) ? '' : key, here)
    if (made === value && name === key) continue
    changed ??= [...entries]
    changed[i] = [name, made]
  }
  return changed === undefined ? object : Object.fromEntries(changed)
}

/** A document that says that it is a text holds one, however it looks: a long key, say. */
const saysText = ({ type }: JsonObject, value: unknown): boolean =>
  type === 'text' && typeof value === 'string'

function isStructural(
  key: string,
  value: unknown,
  { object, field }: { object: JsonObject; field: string },
): boolean {
  if (typeof value !== 'string') return false
  if (key === 'name' && TOOL_NAME.test(value))
    return TOOLS.has(field) || field === 'tool_choice' || TOOL.some(each => each in object)
  if (PROOF.has(key)) return summaryOf(value) === undefined
  return STRUCTURAL.has(key) && IDENTIFIER.test(value)
}

function inText(text: string, field: string, where: Where): string {
  if (text === '' || (!where.isFree && BINARY.has(field) && BASE64.test(text)) || DATA_URL.test(text))
    return text
  const summary = summaryOf(text)
  if (summary !== undefined) {
    const made = inText(summary, '', where)
    return made === summary ? text : withSummary(text, made)
  }
  const json = where.isPart || where.depth > MOST_DEPTH ? undefined : jsonIn(text)
  if (json === undefined) return where.visit(text, where.at)
  // A mask must leave JSON, so it works inside. What runs across fields is seen in the whole text only.
  const made = walk(json, '', { ...where, at: `${where.at}{}`, depth: where.depth + 1, isFree: true })
  const inside = made === json ? text : JSON.stringify(made)
  const across = where.visit(inside, where.at)
  return across === inside || jsonIn(across) !== undefined ? across : emptied(text)
}

/** What is left of JSON where a mask would break it. */
const emptied = (text: string): string => (text.trimStart().startsWith('{') ? '{}' : '[]')

/** What a text holds as JSON: the arguments of a tool, say. */
function jsonIn(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function inNumber(value: number, { visit, at }: Where): number | string {
  const text = String(value)
  const made = visit(text, at)
  return made === text ? value : made
}
