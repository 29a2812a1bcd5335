import type { JsonObject } from '../types.ts'
import { isObject } from './loose-json.ts'

/** What a user says last, and the body that is left without it. */
export interface Question {
  readonly text: string
  readonly rest: JsonObject
}

/** How a language writes conversations in which nothing but words is said. */
export interface Words {
  /** The field of the body that holds the conversation: its turns, or one text of a user. */
  readonly field: string
  readonly roles: readonly string[]
  /** All fields that a turn may have. */
  readonly turn: readonly string[]
  /** What a text among several is called, as its `type`, and all fields that it may have. */
  readonly types: readonly string[]
  readonly part: readonly string[]
}

/**
 * The question at the end of a conversation; undefined where the conversation holds anything but words of people and
 * models, or does not end with one text of a user. A field that is not known counts as more than words.
 */
export function questionIn(body: JsonObject, words: Words): Question | undefined {
  const { field } = words
  const turns = body[field]
  if (typeof turns === 'string') return { text: turns, rest: { ...body, [field]: '' } }
  if (!Array.isArray(turns) || !turns.every(turn => isSaid(turn, words))) return undefined
  const last = turns.at(-1) as JsonObject | undefined
  if (last?.role !== 'user') return undefined
  const emptied = (content: unknown) => ({ ...body, [field]: [...turns.slice(0, -1), { ...last, content }] })
  const { content } = last
  if (typeof content === 'string') return { text: content, rest: emptied('') }
  const [part, ...others] = content as readonly JsonObject[]
  if (part === undefined || others.length > 0) return undefined
  return { text: part.text as string, rest: emptied([{ ...part, text: '' }]) }
}

/** The body has one of these fields. */
export const hasAny = (body: JsonObject, fields: readonly string[]): boolean =>
  fields.some(field => body[field] != null)

function isSaid(turn: unknown, words: Words): boolean {
  if (!isObject(turn) || !hasOnly(turn, words.turn)) return false
  const { role, type = 'message', content } = turn
  if (!words.roles.includes(role as string) || type !== 'message') return false
  return typeof content === 'string' || (Array.isArray(content) && content.every(part => isText(part, words)))
}

const isText = (part: unknown, words: Words): boolean =>
  isObject(part) &&
  hasOnly(part, words.part) &&
  words.types.includes(part.type as string) &&
  typeof part.text === 'string'

const hasOnly = (object: JsonObject, fields: readonly string[]): boolean =>
  Object.keys(object).every(name => fields.includes(name))
